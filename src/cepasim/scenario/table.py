"""A tariff schedule as a table beside the scenario file: codes, rates or cuts, start and years.

The rows are kept in the scenario, with the name and the digest of the table they came from, so
that a scenario is whole wherever it is sent; a table is read only beside a file that names it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import Problem, closest
from cepasim.levers.cuts import Cut
from cepasim.products.classification import Classification
from cepasim.scenario.placing import UNREAD, Placed, Steps

COLUMNS = ("hs", "rate", "cut_percent", "start", "years")
#: More than any schedule has lines.
MAX_ROWS = 50_000
MAX_BYTES = 10_000_000
_EXTENSION = ".csv"
_FORM = mark(
    "a table with a heading: hs and rate or cut_percent (percent), and, if they differ from row "
    "to row, start and years"
)


def with_rows(
    settings: Mapping[str, Any],
    path: Steps,
    problems: Placed,
    classification: Classification,
) -> Mapping[str, Any]:
    """Return the settings of a lever with the rows of the table it names.

    Parameters
    ----------
    settings : mapping
        As under the lever's kind in a file; ``schedule`` names the table, beside that file.
    path : tuple
        Of the lever in the file.
    problems : Placed
        Of the file; those of the table are added, all at once.
    classification : Classification
    """
    name = settings.get("schedule")
    if name is None or "rows" in settings:
        return settings
    kept = {key: value for key, value in settings.items() if key not in ("start", "years")}
    text = _content(name, (*path, "schedule"), problems)
    if text is None:
        return kept
    where = Path(problems.file).parent / str(name)
    rows = list(_rows(text, str(where), problems, settings, classification))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return kept | {"sha256": digest} | ({"rows": _together(rows)} if rows else {})


def _content(name: object, at: Steps, problems: Placed) -> str | None:
    """Text of a table; None where it cannot be read, which is noted."""
    place = PurePosixPath(str(name).replace("\\", "/"))
    if not isinstance(name, str) or place.suffix != _EXTENSION:
        problems.add(at, name, tr("the name of a .csv file beside the scenario file"))
        return None
    if problems.file == UNREAD or not Path(problems.file).is_file():
        text = tr(
            "a scenario in a file, beside which the table lies; here give its rows: "
            "[{hs: ['8703'], cut: {percent: 50}, start: 2026-27}, ...]"
        )
        problems.add(at, name, text)
        return None
    if place.is_absolute() or ".." in place.parts or ":" in place.parts[0]:
        text = tr("a file beside the scenario file or in a folder below it")
        problems.add(at, name, text)
        return None
    file = Path(problems.file).parent / place
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            text = tr("a table of at most {number} bytes", number=f"{MAX_BYTES:,}")
            problems.add(at, name, text)
            return None
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        found = sorted(other.name for other in file.parent.glob("*" + _EXTENSION))
        text = tr("there is no such file beside the scenario file") + closest(place.name, found)
    except OSError as wrong:
        text = tr("cannot be read: {reason}", reason=wrong.strerror or wrong)
    except UnicodeDecodeError:
        text = tr("text in UTF-8")
    problems.add(at, name, text)
    return None


def _rows(
    text: str,
    file: str,
    problems: Placed,
    settings: Mapping[str, Any],
    classification: Classification,
) -> Iterator[tuple[str, Any, str, int]]:
    """Rows that can be read: code, cut, start, years; whatever is wrong is noted."""

    def wrong(line: int, column: str, value: object, allowed: str) -> None:
        problems.found.append(Problem(file, line, column, value, allowed))

    reader = csv.DictReader(io.StringIO(text))
    names = [str(name).strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    unknown = [name for name in names if name not in COLUMNS]
    for name in unknown:
        meant, allowed = closest(name, COLUMNS), separated(COLUMNS)
        text = tr("unknown column{meant}; {allowed}", meant=meant, allowed=allowed)
        wrong(1, name, name, text)
    whole = "hs" in names and bool({"rate", "cut_percent"} & set(names))
    if not whole or len(set(names)) < len(names):
        wrong(1, "hs", ", ".join(names) or None, tr(_FORM))
        return
    if unknown:
        return
    read: list[tuple[int, str, Any, str, int]] = []
    first: dict[str, int] = {}
    for row in reader:
        line = reader.line_num
        if len(read) >= MAX_ROWS:
            text = tr("at most {number} rows", number=f"{MAX_ROWS:,}")
            wrong(line, "hs", tr("more rows"), text)
            break
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if not any(cells.values()):
            continue
        if None in row:
            wrong(line, "hs", cells["hs"], tr("more cells than the heading has columns"))
        code = re.sub(r"[ .]", "", cells["hs"])
        if code in first:
            text = tr("each code once; it stands on line {line} already", line=first[code])
            wrong(line, "hs", code, text)
            continue
        first[code] = line
        cut = _cut(cells, line, wrong)
        start = _start(cells["start"] or settings.get("start"), line, wrong)
        years = _years(cells["years"] or settings.get("years", 1), line, wrong)
        if cut is not None and start is not None and years is not None:
            read.append((line, code, cut, start, years))
    _, complaints = classification.check({"hs": list(first)}) if first else (None, ())
    bad = {str(complaint.value) for complaint in complaints}
    for complaint in complaints:
        wrong(first[str(complaint.value)], "hs", complaint.value, complaint.allowed)
    yield from (tuple(row[1:]) for row in read if row[1] not in bad)


def _cut(cells: Mapping[str, str], line: int, wrong: Any) -> Any:
    """Cut of a row, as a file has it; None where it is wrong."""
    given = [name for name in ("rate", "cut_percent") if cells[name]]
    if len(given) != 1:
        shown = ", ".join(cells[name] for name in given) or None
        wrong(line, "rate", shown, tr("either rate or cut_percent, percent"))
        return None
    [name] = given
    most = 100 if name == "cut_percent" else 1000
    try:
        size = float(cells[name].removesuffix("%").strip())
    except ValueError:
        size = -1.0
    if not 0 <= size <= most:
        text = tr("a number from 0 to {most} (percent)", most=most)
        wrong(line, name, cells[name], text)
        return None
    if name == "rate":
        return {"rate": size}
    return "eliminate" if size == 100 else {"percent": size}


def _start(value: object, line: int, wrong: Any) -> str | None:
    try:
        parse_fiscal_year(value)  # type: ignore[arg-type]  # it refuses what is not text
    except ValueError as error:
        wrong(line, "start", value, str(error))
        return None
    return str(value)


def _years(value: object, line: int, wrong: Any) -> int | None:
    text = str(value)
    if not text.isdecimal() or not 1 <= int(text) <= 50:
        wrong(line, "years", value, tr("whole years, from 1 to 50"))
        return None
    return int(text)


def _together(rows: Sequence[tuple[str, Any, str, int]]) -> list[dict[str, Any]]:
    """Rows with the codes of one cut, start and number of years taken together, in order."""
    groups: dict[tuple[str, str, int], dict[str, Any]] = {}
    for code, cut, start, years in rows:
        key = str(Cut.model_validate(cut)), start, years
        entry = groups.setdefault(key, {"hs": [], "cut": cut, "start": start, "years": years})
        entry["hs"].append(code)
    return list(groups.values())
