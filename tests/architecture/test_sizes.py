"""Modules, functions and argument lists stay small; the exceptions are listed and may only shrink.

An exception holds the measured size. A test fails if the code grows beyond it, and if the
exception is no longer needed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "cepasim"

MODULE_LINES = 400
FUNCTION_LINES = 80
ARGUMENTS = 8

LONG_MODULES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}
#: Kernels take the arguments of the market; a command of the command line takes its options, and
#: batch, the public function behind one, those of a run.
MANY_ARGUMENTS: dict[str, int] = {
    "cli/run.py:run": 14,
    "cli/studies.py:batch": 15,
    "cli/studies.py:montecarlo": 15,
    "cli/target.py:target": 9,
    "equilibrium/armington/compiled.py:_solve_groups": 32,
    "equilibrium/armington/solve.py:solve_market": 16,
    "equilibrium/gsim/clearing.py:clear_markets": 11,
    "equilibrium/gsim/linear.py:clear_markets_linear": 11,
    "equilibrium/trq.py:solve_market_with_quota": 11,
    "studies/batch.py:batch": 11,
    "studies/sensitivity.py:sensitivity": 9,
    "ui/controls/form.py:_slider": 9,
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def _functions() -> Iterator[tuple[str, Function]]:
    for name, text in _modules():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, Function):
                yield f"{name}:{node.name}", node


def _body_lines(function: Function) -> int:
    """Lines of the body, the docstring aside."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _arguments(function: Function) -> int:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return len([a for a in named if a.arg not in ("self", "cls")])


def _measured(kind: str) -> dict[str, int]:
    if kind == "lines of a module":
        return {name: len(text.splitlines()) for name, text in _modules()}
    size = _body_lines if kind == "lines of a function" else _arguments
    found: dict[str, int] = {}
    for name, function in _functions():
        found[name] = max(found.get(name, 0), size(function))
    return found


@pytest.mark.parametrize(
    ("kind", "limit", "exceptions"),
    [
        ("lines of a module", MODULE_LINES, LONG_MODULES),
        ("lines of a function", FUNCTION_LINES, LONG_FUNCTIONS),
        ("arguments of a function", ARGUMENTS, MANY_ARGUMENTS),
    ],
)
def test_sizes(kind: str, limit: int, exceptions: dict[str, int]) -> None:
    measured = _measured(kind)
    above = {name: size for name, size in measured.items() if size > limit}
    grown = {name: size for name, size in above.items() if size > exceptions.get(name, limit)}
    assert not grown, f"{kind}, at most {limit}: split {grown}"
    mended = sorted(set(exceptions) - set(above))
    assert not mended, f"{kind}: no longer above {limit}; take out of the list: {mended}"


def test_no_module_is_above_600_lines() -> None:
    assert not {n: s for n, s in _measured("lines of a module").items() if s > 600}


def test_codes_are_cut_to_chapters_in_products_only() -> None:
    cut = [
        f"{name}:{number}"
        for name, text in _modules()
        if not name.startswith("products/")
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"\b(code|hs|chapter|product|line)s?\w*\[:[246]\]", line)
    ]
    assert not cut
