"""Reads the project's own source for the tests of its shape."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("shared", "services", "deploy", "bellboard")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the project's root, its lines and its syntax tree."""

    path: str
    lines: int
    tree: ast.Module

    def lies_in(self, *folders: str) -> bool:
        """True when the file is below one of these folders."""
        return any(self.path.startswith(f"{folder}/") for folder in folders)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below these folders of the project."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(_module(path) for path in paths)


def services() -> list[Path]:
    """The folder of each service that runs."""
    return sorted(app.parent for app in (ROOT / "services").glob("*/app.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method below a node."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def classes(tree: ast.AST) -> Iterator[ast.ClassDef]:
    """Every class below a node."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def names(tree: ast.AST) -> set[str]:
    """Every bare name and attribute name that is used below a node."""
    bare = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return bare | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def methods(of: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The public methods of a class, properties left out."""
    own = [node for node in of.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [method for method in own if not method.name.startswith("_") and not _decorated(method, "property")]


def is_plain(of: ast.ClassDef) -> bool:
    """True for a class that is neither a dataclass nor built on another class: one with behaviour of its own."""
    return not of.bases and not _decorated(of, "dataclass")


def _decorated(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, by: str) -> bool:
    return any(by in names(decorator) for decorator in node.decorator_list)


def _module(path: Path) -> Module:
    text = path.read_text()
    return Module(path.relative_to(ROOT).as_posix(), text.count("\n"), ast.parse(text))
