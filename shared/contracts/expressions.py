"""CEL, the Common Expression Language, as hotels may write it: compiled once, no loops, small enough to be quick."""

import functools
import importlib.machinery
import importlib.util
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

MAX_LENGTH = 500
MAX_DEPTH = 16
MAX_COST = 500
"""What judging an expression may cost: a point for each part, more for what takes longer. Nothing loops."""

FUNCTIONS = frozenset(
    {
        *("_&&_", "_||_", "!_", "-_", "_?_:_", "_[_]", "@in", "@not_strictly_false"),
        *("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "_/_", "_%_"),
        *("size", "startsWith", "endsWith", "contains", "int", "double", "string", "timestamp", "duration"),
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getHours", "getMinutes"),
    }
)
"""What an expression may do, by CEL's own names. Not `matches`: a pattern may take 50 ms to compile."""

COSTS = {"timestamp": 20, "duration": 20, "string": 10, "contains": 10, "startsWith": 5, "endsWith": 5, "in": 50}
"""Points of what takes longer than comparing two values, as it is written; `in` may look through a whole list."""

_PART = re.compile(r"'[^']*'|\"[^\"]*\"|\w+|[^\s\w]")
_LOOP = re.compile(r"\b(all|exists|exists_one|existsOne|map|filter)\s*\(")
_AT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_RAISED = (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)
"""What the library raises for a bad expression, or a bad value in a good one."""


class Program(Protocol):
    """A compiled expression."""

    def execute(self, context: dict[str, Any]) -> Any: ...
    def variables(self) -> list[str]: ...
    def functions(self) -> list[str]: ...


class Unjudged(ValueError):
    """An expression could not be judged; the message says why, without any value."""


def _library() -> Any:
    # The package's own __init__ loads its command line, prompt_toolkit and all: 0.7 s and 20 MB in every process.
    package = importlib.util.find_spec("cel")
    assert package is not None
    spec = importlib.machinery.PathFinder.find_spec("cel", package.submodule_search_locations)
    assert spec is not None
    assert spec.loader is not None
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    return extension


_CEL = _library()


class Language:
    """CEL about some names: what one service lets its hotels speak of."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        # Each text is compiled once, so nothing dear is ever compiled or run again.
        self._read = functools.lru_cache(maxsize=32_768)(self._compiled)

    def _compiled(self, text: str) -> tuple[Program | None, str | None]:
        """The compiled expression or why it is refused."""
        wrong = _unfit(text)
        if wrong:
            return None, wrong
        try:
            program: Program = _CEL.compile(text)
        except _RAISED as failure:
            return None, _said(failure)
        foreign = self._foreign(text, program)
        return (None, foreign) if foreign else (program, None)

    def _foreign(self, text: str, program: Program) -> str | None:
        for name in program.variables():
            if name not in self.names:
                return f"{_place(text, text.find(name))}: {name} is not among {', '.join(sorted(self.names))}"
        for name in program.functions():
            if name not in FUNCTIONS:
                return f"{_place(text, text.find(name))}: {name} is no function here"
        return None

    def fault(self, text: str) -> str | None:
        """Why an expression is refused, with line and column where there is one; None when it may stand."""
        return self._read(text)[1]

    def names_in(self, text: str) -> frozenset[str]:
        """What an expression that may stand speaks of."""
        program, _ = self._read(text)
        return frozenset(program.variables()) if program else frozenset()

    def holds(self, text: str, facts: Mapping[str, Any]) -> bool:
        """Whether an expression is true of the facts; raises Unjudged when it fails or is neither true nor false."""
        program, wrong = self._read(text)
        if program is None:
            raise Unjudged(wrong or "it cannot be read")
        try:
            answer = program.execute(dict(facts))
        except LookupError as failure:
            raise Unjudged(f"there is no {str(failure.args[0])[:64] if failure.args else 'value'} here") from failure
        except _RAISED as failure:
            raise Unjudged("its values do not fit what it does with them") from failure
        if not isinstance(answer, bool):
            raise Unjudged("it says neither true nor false")
        return answer


def cost(text: str) -> int:
    """What judging an expression costs at most, in points."""
    return sum(COSTS.get(part, 1) for part in _PART.findall(text))


def _unfit(text: str) -> str | None:
    """Why an expression is not even compiled."""
    if len(text) > MAX_LENGTH:
        return f"it is longer than {MAX_LENGTH} characters"
    if "//" in text or not text.isprintable():
        return "it holds a comment or an unprintable character"
    # Loops over loops are how a few hundred characters take for ever; `in` asks whether a list holds a value.
    loop = _LOOP.search(text)
    if loop:
        return f"{_place(text, loop.start())}: it loops with {loop.group(1)}, which is not allowed"
    if _depth(text) > MAX_DEPTH:
        return f"it is nested more than {MAX_DEPTH} deep"
    if cost(text) > MAX_COST:
        return f"it costs {cost(text)} points; {MAX_COST} is the limit"
    return None


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _place(text: str, index: int) -> str:
    before = text[: max(index, 0)]
    return f"line {before.count(chr(10)) + 1}, column {len(before) - (before.rfind(chr(10)) + 1) + 1}"


def _said(failure: Exception) -> str:
    found = _AT.search(str(failure))
    return f"line {found[1]}, column {found[2]}: {found[3][:200]}" if found else "it cannot be read"
