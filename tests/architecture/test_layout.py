"""The shape of the house: the same files in every service, and habits that a linter of ours must hold."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import CODE, classes, functions, is_plain, methods, modules, names, services

_PARTS = ("api", "events", "usecases", "ports", "store", "domain")
# The console owns nothing: it turns requests of a browser into requests to the services.
_CONSOLE_PARTS: tuple[str, ...] = ()
_FORBIDDEN_NAMES = {"service.py", "utils.py", "util.py", "helpers.py", "common.py", "base.py", "misc.py"}
_CHASSIS = "shared/chassis"
_KAFKA_CLIENTS = {"KafkaBroker", "AIOKafkaProducer", "AIOKafkaConsumer"}
# The aim is 300 and 40 lines; here the door closes.
_MOST_FILE_LINES = 400
_MOST_FUNCTION_LINES = 80


def _missing(service: Path) -> list[str]:
    parts = _CONSOLE_PARTS if service.name == "console" else _PARTS
    absent = [p for p in parts if not (service / f"{p}.py").is_file() and not (service / p / "__init__.py").is_file()]
    return absent + [name for name in ("README.md", "app.py", "settings.py") if not (service / name).is_file()]


def _scope_second(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return [argument.arg for argument in method.args.args][:2] == ["self", "scope"]


@pytest.mark.parametrize("service", services(), ids=lambda folder: folder.name)
def test_service_has_the_same_files_as_every_other(service: Path) -> None:
    assert _missing(service) == []


def test_store_method_takes_scope_first() -> None:
    stores = [module for module in modules("services") if "/store" in module.path]
    unscoped = [
        f"{module.path}:{method.lineno} {store.name}.{method.name}"
        for module in stores
        for store in classes(module.tree)
        if is_plain(store)
        for method in methods(store)
        if not _scope_second(method)
    ]
    assert unscoped == []


def test_kafka_clients_are_built_only_in_the_chassis() -> None:
    found = [
        f"{module.path}: {', '.join(used)}"
        for module in modules(*CODE)
        if not module.lies_in(_CHASSIS, "deploy/demo")
        and (used := sorted(names(module.tree) & (_KAFKA_CLIENTS | {"subscriber", "publisher"})))
    ]
    assert found == []


def test_file_names_invite_no_growth() -> None:
    # The chassis's own `service.py` is the factory that the architecture names.
    found = [m.path for m in modules(*CODE) if Path(m.path).name in _FORBIDDEN_NAMES]
    assert set(found) <= {f"{_CHASSIS}/service.py"}


def test_imports_stand_at_the_top() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules(*CODE, "tests")
        for function in functions(module.tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_no_cycle_is_hidden_behind_type_checking() -> None:
    assert [module.path for module in modules(*CODE, "tests") if "TYPE_CHECKING" in names(module.tree)] == []


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(names(handler.type) & {"Exception", "BaseException"})


def test_every_exception_is_caught_only_in_the_chassis() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in modules(*CODE)
        if not module.lies_in(_CHASSIS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert found == []


def test_module_says_its_duty() -> None:
    assert [m.path for m in modules(*CODE) if m.tree.body and ast.get_docstring(m.tree) is None] == []


def test_files_and_functions_stay_small() -> None:
    long_files = [f"{m.path}: {m.lines} lines" for m in modules(*CODE) if m.lines > _MOST_FILE_LINES]
    long_functions = [
        f"{module.path}:{function.lineno} {function.name}: {length} lines"
        for module in modules(*CODE)
        for function in functions(module.tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > _MOST_FUNCTION_LINES
    ]
    assert long_files + long_functions == []


# What fails a test besides `assert`: expected errors, validators, and waits that run out of time.
_SAYS_NO = ("raises", "assert_", "check_", "expect", "validate", "until")


def _asserts(test: ast.AST) -> bool:
    said = any(isinstance(node, ast.Assert) for node in ast.walk(test))
    return said or any(name.startswith(_SAYS_NO) for name in names(test))


def test_tests_have_no_branches_and_an_assertion_each() -> None:
    tests = [(m, f) for m in modules("tests") for f in functions(m.tree) if f.name.startswith("test_")]
    branched = [f"{m.path}: {f.name} has an if" for m, f in tests if any(isinstance(n, ast.If) for n in ast.walk(f))]
    silent = [f"{m.path}: {f.name} asserts nothing" for m, f in tests if not _asserts(f)]
    assert branched + silent == []
