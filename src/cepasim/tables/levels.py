"""How far levels of the reference may be from what comes: the fan around known and assumed years.

Known years are uncertain by what is printed and by the deflator, chapters that are not published
also by their estimate. Assumed years add the errors that forecasts of the same reach made before
(``reference/fan``, from rolling origins). Changes of a scenario do not carry this range: they
scale with the level, and their own uncertainty is that of the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import FLOW_INTO
from cepasim.core.fiscal_year import format_fiscal_year
from cepasim.economy.economy import Economy
from cepasim.economy.known_years import CUSTOMS
from cepasim.solution.state import Run

_FAN = "reference/fan"
_IMPORTER = {flow: importer for importer, flow in FLOW_INTO.items()}


@dataclass(frozen=True, eq=False)
class Range:
    """Range of some levels, US$ million of 2023-24.

    Attributes
    ----------
    low, high : ndarray
        Of the shape of the levels.
    """

    low: Floats
    high: Floats


def total_range(run: Run, flow: str) -> Range:
    """Range of a flow's total in the reference, shape (Y,)."""
    level = _levels(run, flow).sum(axis=1)
    if not run.scenario.staged:
        return Range(level, level)
    known = run.economy.ground.known_years[_IMPORTER[flow]]
    low, high = np.zeros(len(run.years)), np.zeros(len(run.years))
    count = min(len(known.years), len(run.years) - 1)
    for row in range(count):
        deflator = known.deflator[row]
        low[1 + row] = np.log(
            known.total_low[row] / known.total[row] * deflator / known.deflator_high[row]
        )
        high[1 + row] = np.log(
            known.total_high[row] / known.total[row] * deflator / known.deflator_low[row]
        )
    return _around(run, flow, "total", level, (low, high))


def chapter_range(run: Run, flow: str) -> Range:
    """Range of each product in the reference, shape (Y, H).

    Known products err as their chapter does; those that a chapter is spread over by assumption
    have no range (NaN).
    """
    level = _levels(run, flow)
    low, high = _deflated(run, flow, _estimates(run, flow))
    if run.economy.split is not None:
        trade = run.economy.bilateral[run.economy.bilateral["flow"] == flow]
        assumed = trade["low"].isna().to_numpy()
        low, high = (
            np.where(assumed, np.nan, logs[:, run.economy.split.parent]) for logs in (low, high)
        )
    return _around(run, flow, "chapter", level, (low, high))


def group_range(run: Run, flow: str, of_chapter: Ints) -> Range:
    """Range of groups of chapters in the reference, shape (Y, G).

    In known years the estimates of single chapters are taken to err unrelated to each other;
    forecasts of a group err as those of a section do, those of a chapter alone as a chapter's.

    Parameters
    ----------
    run : Run
    flow : {"export", "import"}
    of_chapter : ndarray of int
        Group of every chapter of the economy, as numbers from 0.
    """
    split = run.economy.split
    member = np.eye(int(of_chapter.max()) + 1)[of_chapter]
    of_product = of_chapter if split is None else of_chapter[split.parent]
    level = _levels(run, flow) @ np.eye(member.shape[1])[of_product]
    chapters = _levels(run, flow)
    if split is not None:
        chapters = chapters @ np.eye(len(of_chapter))[split.parent]
    ends = []
    for logs in _estimates(run, flow):
        off = chapters * np.expm1(logs)
        together = np.copysign(np.sqrt(off**2 @ member), off @ member)
        share = np.divide(together, level, out=np.zeros_like(level), where=level > 0)
        ends.append(np.log1p(share))
    known = _deflated(run, flow, (ends[0], ends[1]))
    as_section, as_chapter = (
        _around(run, flow, detail, level, known) for detail in ("section", "chapter")
    )
    alone = member.sum(axis=0) == 1
    return Range(
        np.where(alone, as_chapter.low, as_section.low),
        np.where(alone, as_chapter.high, as_section.high),
    )


def balance_range(run: Run) -> Range:
    """Range of the balance in the reference, shape (Y,): errors of the two flows are unrelated."""
    exports, imports = (_levels(run, flow).sum(axis=1) for flow in ("export", "import"))
    return range_of_balance(
        exports, imports, total_range(run, "export"), total_range(run, "import")
    )


def range_of_balance(exports: Floats, imports: Floats, out: Range, into: Range) -> Range:
    """Range of exports minus imports from those of the two: their errors are unrelated."""
    balance = exports - imports
    return Range(
        balance - np.hypot(exports - out.low, into.high - imports),
        balance + np.hypot(out.high - exports, imports - into.low),
    )


def section_factors(run: Run, flow: str) -> tuple[float, float]:
    """Ends of the range of a single section in the last year, over its level."""
    last = run.economy.ground.known_years[_IMPORTER[flow]].last
    ahead = run.years[-1:] - last
    low, high = (_fan(run.economy, flow, "section", side, ahead)[0] for side in ("low", "high"))
    return float(np.exp(low)), float(np.exp(high))


def _levels(run: Run, flow: str) -> Floats:
    return run.reference.exports if flow == "export" else run.reference.imports


def _estimates(run: Run, flow: str) -> tuple[Floats, Floats]:
    """Log errors of chapters as estimated in known years, shape (Y, C); 0 where published."""
    economy = run.economy.by_chapter
    shape = len(run.years), len(economy.chapters)
    low, high = np.zeros(shape), np.zeros(shape)
    known = run.economy.ground.known_years[_IMPORTER[flow]]
    for row, year in enumerate(run.years.tolist()[: 1 + len(known.years)]):
        low[row], high[row] = _estimated(economy, flow, year)
        if row and run.scenario.staged:
            published = known.published[row - 1]
            low[row, published] = high[row, published] = 0.0
    return low, high


def _deflated(run: Run, flow: str, logs: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Log errors of known years with the deflator's, which all chapters share."""
    known = run.economy.ground.known_years[_IMPORTER[flow]]
    low, high = (one.copy() for one in logs)
    if run.scenario.staged:
        for row in range(1, min(len(known.years) + 1, len(run.years))):
            deflator = known.deflator[row - 1]
            low[row] = _both(low[row], np.log(deflator / known.deflator_high[row - 1]))
            high[row] = _both(high[row], np.log(deflator / known.deflator_low[row - 1]))
    return low, high


def _around(
    run: Run, flow: str, level_of_detail: str, level: Floats, known: tuple[Floats, Floats]
) -> Range:
    """Range around levels: what is uncertain in known years, and the fan in assumed ones."""
    last = run.economy.ground.known_years[_IMPORTER[flow]].last
    if not run.scenario.staged:
        last = run.economy.base_year.first
    ahead = run.years - last
    low, high = known
    place = min(int(last - run.economy.base_year.first), len(run.years) - 1)
    ends = []
    for side, logs in (("low", low), ("high", high)):
        error = _fan(run.economy, flow, level_of_detail, side, ahead)
        if level.ndim == 2:
            error = error[:, None]
        later = (ahead > 0).reshape(error.shape)
        ends.append(level * np.exp(np.where(later, _both(logs[place], error), logs)))
    return Range(*ends)


def _both(one: Floats, other: Floats) -> Floats:
    """Two unrelated errors in logs of the same sign, together."""
    return np.asarray(np.copysign(np.hypot(one, other), one + other))


def _fan(economy: Economy, flow: str, level: str, side: str, ahead: Ints) -> Floats:
    """Log errors of forecasts by years ahead; 0 in known years. Beyond the table: a random walk."""
    key = "fan", flow, level, side
    if key not in economy.known:
        table = economy.parameters.table(_FAN)
        rows = table[(table["flow"] == flow) & (table["level"] == level)].sort_values("years_ahead")
        economy.known[key] = (
            rows["years_ahead"].to_numpy(float),
            rows[f"error_{side}_log"].to_numpy(float),
        )
    known, errors = economy.known[key]
    reach = np.maximum(ahead, 0).astype(float)
    found = np.interp(reach, np.append(0.0, known), np.append(0.0, errors))
    return np.asarray(found * np.sqrt(np.maximum(reach / known[-1], 1.0)))


def _estimated(economy: Economy, flow: str, year: int) -> tuple[Floats, Floats]:
    """Log errors of chapters as estimated for a year: of the latest estimate up to then."""
    key = "estimated", flow, year
    if key not in economy.known:
        economy.known[key] = _read_estimates(economy, flow, year)
    low, high = economy.known[key]
    return low, high


def _read_estimates(economy: Economy, flow: str, year: int) -> tuple[Floats, Floats]:
    chapters = list(economy.chapters)
    table = economy.bilateral[economy.bilateral["flow"] == flow]
    if year > economy.base_year.first and CUSTOMS in economy.parameters.tables:
        customs = economy.parameters.table(CUSTOMS)
        customs = customs[customs["flow"] == flow]
        until = customs["fiscal_year"] <= format_fiscal_year(year)
        latest = customs.loc[until, "fiscal_year"].max()
        if latest > economy.base_year:
            table = customs[customs["fiscal_year"] == latest]
    rows = table.set_index("hs").reindex(chapters)
    value, low, high = (rows[name].to_numpy(float) for name in ("value", "low", "high"))
    there = (value > 0) & (low > 0)
    none = np.zeros(len(chapters))
    return (
        np.log(np.divide(low, value, out=np.ones_like(none), where=there)),
        np.log(np.divide(high, value, out=np.ones_like(none), where=value > 0)),
    )
