"""No sentence for a reader is left in the code in English only.

Two readings of the code. What refuses an input or a run is said by `tr` everywhere. In the rooms
whose every text is a reader's, no literal of two words stands outside `tr`, `mark` and `deferred`;
what stays in English all the same is listed here with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from docs.writers.catalogues import KEYWORDS, PACKAGE

#: What refuses: its arguments are read by people.
REFUSALS = frozenset({"Problem", "refuse", "instance_of", "InputError", "RunError"})
#: Rooms of which every text is read.
READ_WHOLE = ("data", "studies", "calibrate/own_figures")

#: Folders and modules whose refusals are for those who build the bundled figures, not for readers.
BUILDERS = {
    "calibrate/backcast": "commands that fit and judge the model of history",
    "calibrate/benchmark": "commands that balance the bundled benchmark",
    "calibrate/evidence": "commands that write the page of the evidence",
    "engines/smart.py": "the last guard against a silent zero: an error of the program",
}
#: Literals of the rooms that are read whole, by module, and why they stay.
COLUMNS = "sources and notes of tables are data: the same in all languages"
DOCS = "words of tables that only the documentation and users of Python see"
CODE = "a command, a heading of a file, or a name that the machine reads"
DEVELOPER = "an error of the program, not of its user"
STAYS = {
    "calibrate/own_figures/changes.py": CODE,
    "calibrate/own_figures/moved_pair.py": COLUMNS,
    "calibrate/own_figures/moved_tables.py": COLUMNS,
    "calibrate/own_figures/naming.py": COLUMNS,
    "calibrate/own_figures/rebase.py": COLUMNS,
    "calibrate/own_figures/report.py": CODE,
    "calibrate/own_figures/staying.py": CODE,
    "calibrate/own_figures/tables.py": COLUMNS,
    "calibrate/own_figures/update.py": CODE,
    "calibrate/own_figures/use.py": COLUMNS,
    "data/__init__.py": DEVELOPER,
    "data/layout.py": CODE,
    "data/layouts/comtrade.py": CODE,
    "data/layouts/duties.py": CODE,
    "data/layouts/japan_customs.py": CODE,
    "data/layouts/tradestat.py": CODE,
    "data/money.py": CODE,
    "data/reading.py": DEVELOPER,
    "data/stated.py": CODE,
    "studies/advice/columns.py": DOCS,
    "studies/advice/line_list.py": CODE,
    "studies/advice/list_text.py": CODE,
    "studies/advice/product_list.py": CODE,
    "studies/advice/sensitive.py": CODE,
    "studies/advice/traded.py": CODE,
    "studies/aggregation.py": DOCS,
    "studies/break_even.py": DOCS,
    "studies/containment.py": DOCS,
    "studies/executors.py": CODE,
    "studies/fund_industries.py": DOCS,
    "studies/groups.py": DEVELOPER,
    "studies/tariff_lines.py": DOCS,
}
#: Fields of problems, as the user writes them.
CODES = frozenset({"data update", "params copy", "low, high", "Exp or Imp", "India's Total"})


FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    """Modules parsed, by name: not where tests are collected, since every worker does that."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def _literal(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "#" for one in node.values)
        return "".join(map(str, parts))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def _is_english(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{3,}", text)
    return " " in text.strip() and sum(one.islower() or one.istitle() for one in words) >= 2


def _left(node: ast.AST) -> Iterator[str]:
    """Literals of English below a node that no catalogue has."""
    if _called(node) in KEYWORDS:
        return
    if text := _literal(node):
        if _is_english(text):
            yield f"line {getattr(node, 'lineno', 0)}: {text!r}"
        return
    for child in ast.iter_child_nodes(node):
        yield from _left(child)


def _refused(tree: ast.Module) -> Iterator[str]:
    """English in what refuses, given at once or under a name of the same function."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _called(node) in REFUSALS:
                for given in (*node.args, *(one.value for one in node.keywords)):
                    for value in (given, *named.get(getattr(given, "id", ""), ())):
                        yield from _left(value)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that may hold a text: none that hold others, and no docstrings."""
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and not is_docstring and not hasattr(node, "body"):
            yield node


@pytest.mark.parametrize("room", sorted({name.split("/")[0] for name in FILES}))
def test_what_refuses_is_said_in_every_language(modules: dict[str, ast.Module], room: str) -> None:
    found = [
        f"{name}, {one}"
        for name, tree in modules.items()
        if name.split("/")[0] == room and not name.startswith(tuple(BUILDERS))
        for one in _refused(tree)
        if one.partition(": ")[2].strip("'\"") not in CODES
    ]
    assert found == [], "say it by `tr`"


def test_rooms_that_are_read_have_no_text_in_english_alone(
    modules: dict[str, ast.Module],
) -> None:
    found = {
        name: [line for one in _statements(tree) for line in _left(one)]
        for name, tree in modules.items()
        if name.startswith(READ_WHOLE)
    }
    with_any = {name: lines for name, lines in found.items() if lines}
    assert {name: lines for name, lines in with_any.items() if name not in STAYS} == {}
    assert sorted(set(STAYS) - set(with_any)) == [], "nothing left to excuse"
