"""Engines side by side on one scenario, with the reason for each difference.

Reasons are computed where they can be: the difference between two engines is walked in steps,
each of which changes one assumption on the same benchmark, in comparative statics.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from cepasim.core.digits import NOT_ADDING, place_of_sums
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.numbers import column, conversion, unit_mn
from cepasim.core.problems import InputError
from cepasim.economy.economy import Economy
from cepasim.engines.closures import as_it_is, full_use, infinite_supply, one_nest
from cepasim.engines.engine import Engine
from cepasim.engines.every import ENGINES
from cepasim.engines.gsim import GSIM_LINEAR
from cepasim.report.layout import Cells, amounts, plain_table, wrapped
from cepasim.scenario.overrides import refuse_of_other_levers
from cepasim.scenario.scenario import Scenario
from cepasim.solution.claims import welfare_by_year
from cepasim.solution.solve import run, with_own_markets
from cepasim.solution.state import Run

_LONG_RUN = mark("long run")
#: Changes that are compared, and their heads.
_HEADS = {
    "exports": mark("exports"),
    "imports": mark("imports"),
    "balance": mark("balance"),
    "welfare_japan": mark("welfare,\nJapan"),
    "welfare_india": mark("welfare,\nIndia"),
}


@dataclass(frozen=True, slots=True)
class _Step:
    """One changed assumption on the way from Armington to another engine."""

    towards: str
    name: str
    engine: str | Engine
    economy: Callable[[Economy], Economy]
    why: str


_STEPS = (
    _Step(
        "smart",
        mark("supply becomes infinite"),
        "armington",
        infinite_supply,
        mark(
            "producers' prices stay, so that all of a cut reaches buyers and nothing is lost to a "
            "rising price in the exporting country"
        ),
    ),
    _Step(
        "smart",
        mark("two nests become creation and diversion"),
        "smart",
        as_it_is,
        mark(
            "one import demand and one substitution elasticity; creation is linear in the cut, "
            "where Armington's demand is a power of the price; sources are weighed by customs value"
        ),
    ),
    _Step(
        "smart",
        mark("every shipment claims the preference"),
        "smart",
        full_use,
        mark(
            "WITS works on the schedule's rates; here shippers claim where the margin pays for the "
            "proof of origin, so that a cut of the preferential rate is worth less and a cheaper "
            "proof is worth something"
        ),
    ),
    _Step(
        "gsim",
        mark("one nest"),
        "armington",
        one_nest,
        mark("domestic goods compete with imports as closely as imports do among themselves"),
    ),
    _Step(
        "gsim",
        mark("one producer price for all markets"),
        "gsim",
        as_it_is,
        mark(
            "what is sold to the partner comes out of the same output as sales at home and "
            "elsewhere, which is large beside it; supply to one market is then nearly infinite, "
            "and new capacity is sold wherever it fetches most"
        ),
    ),
    _Step(
        "gsim",
        mark("linearisation"),
        GSIM_LINEAR,
        as_it_is,
        mark(
            "the published system is linear in the changes; large cuts move trade by more than the "
            "line through today says, and losses by less"
        ),
    ),
)


@dataclass(frozen=True)
class Comparison:
    """Engines side by side.

    Attributes
    ----------
    scenario : Scenario
    engines : DataFrame
        One row per engine and horizon (the last fiscal year and ``long run``): changes against
        the reference, US$ million of 2023-24; ``refused`` says why an engine cannot run it.
    steps : DataFrame
        One row per step from Armington to another engine in the long run: the change in balance,
        exports and imports after the step, and what the step adds.
    price_year : str
        Year whose dollars the amounts are in.
    """

    scenario: Scenario
    engines: pd.DataFrame
    steps: pd.DataFrame
    price_year: str

    def __str__(self) -> str:
        """Both tables as text in the language of the moment, each step with its reason."""
        ran = self.engines[self.engines["refused"] == ""]
        columns = [
            Cells(tr("engine"), ran["engine"].tolist(), words=True),
            Cells(tr("fiscal\nyear"), [_when(one) for one in ran["horizon"]], words=True),
        ]
        changes = {name: ran[f"change_in_{name}_usd_mn"] for name in _HEADS}
        together = place_of_sums(
            zip(changes["balance"], changes["exports"], -changes["imports"], strict=True)
        )
        columns += [
            Cells(tr(head), column(changes[name], signed=True, place=together.place))
            for name, head in _HEADS.items()
        ]
        parts = [
            tr("{scenario}: engines side by side", scenario=tr(self.scenario.name)),
            "",
            tr(
                "Change against the reference, {unit} of {price_year} "
                "(balance = exports - imports)",
                unit=unit_mn(long=True),
                price_year=year_in_words(self.price_year),
            ),
            *filter(None, [conversion()]),
            *([] if together.adds_up else [tr(NOT_ADDING)]),
            "",
            plain_table(columns),
        ]
        refused = self.engines[self.engines["refused"] != ""][["engine", "refused"]]
        parts += [
            tr("{engine} cannot run it: {why}", engine=engine, why=why)
            for engine, why in refused.drop_duplicates().itertuples(index=False)
        ]
        for engine in dict.fromkeys(self.steps["towards"]):
            parts += ["", *_steps(engine, self.steps[self.steps["towards"] == engine])]
        return "\n".join(parts)


def _steps(engine: str, walk: pd.DataFrame) -> Iterator[str]:
    """Steps from Armington to an engine, and the reason of each."""
    yield tr("Why {engine} differs from armington, long run, change in balance", engine=engine)
    yield plain_table(
        [
            Cells(tr("changed assumption"), [tr(one) for one in walk["step"]], words=True),
            Cells(tr("after it"), _amounts(walk["change_in_balance_usd_mn"])),
            Cells(tr("adds"), _amounts(walk["adds_to_balance_usd_mn"])),
        ]
    )
    for step, why in walk[["step", "why"]].iloc[1:].itertuples(index=False):
        yield wrapped(tr("- {step}: {why}", step=tr(step), why=tr(why)))


def _when(horizon: str) -> str:
    return tr(horizon) if horizon == _LONG_RUN else year_in_words(horizon)


def _amounts(values: pd.Series) -> list[str]:
    return amounts(values, signed=True, missing="–")


def compare_engines(economy: Economy, scenario: Scenario) -> Comparison:
    """Run a scenario under every engine and walk the differences.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the scenario is wrong for every engine, such as an override that is not a parameter.
    """
    refuse_of_other_levers(scenario.parameters, scenario.levers)
    base = with_own_markets(scenario.economy_under(economy), scenario)
    plain = scenario.bare
    long_run = plain.model_copy(update={"time": "long_run"})
    horizons = (
        {_LONG_RUN: long_run} if scenario.time == "long_run" else {"": plain, _LONG_RUN: long_run}
    )
    rows: list[dict[str, object]] = []
    refused: set[str] = set()
    for engine in ENGINES:
        for horizon, asked in horizons.items():
            try:
                solved = run(base, asked, attribution=False, engine=engine)
            except InputError as error:
                if engine == ENGINES[0]:
                    raise
                refused.add(engine)
                why = "; ".join(
                    _reason(problem.value, problem.allowed) for problem in error.problems
                )
                rows.append(
                    {"engine": engine, "horizon": horizon or scenario.horizon, "refused": why}
                )
                continue
            rows.append(
                {
                    "engine": engine,
                    "horizon": horizon or solved.labels[-1],
                    "refused": "",
                    **_changes(solved),
                }
            )
    columns = ["engine", "horizon", *(f"change_in_{name}_usd_mn" for name in _HEADS), "refused"]
    engines = pd.DataFrame(rows, columns=columns)
    return Comparison(scenario, engines, _walk(base, long_run, refused), economy.price_year)


def _changes(solved: Run) -> dict[str, float]:
    """Changes against the reference in the last year, US$ million."""
    before, after = solved.reference, solved.outcome
    exports = float((after.exports - before.exports)[-1].sum())
    imports = float((after.imports - before.imports)[-1].sum())
    welfare = {country: float(change[-1]) for country, change in welfare_by_year(solved).items()}
    changes = (exports, imports, exports - imports, welfare["JPN"], welfare["IND"])
    return {
        f"change_in_{name}_usd_mn": change for name, change in zip(_HEADS, changes, strict=True)
    }


def _walk(economy: Economy, scenario: Scenario, refused: set[str]) -> pd.DataFrame:
    """Steps from Armington to the engines that can run the scenario, in comparative statics."""
    start = _changes(run(economy, scenario, attribution=False))
    rows: list[dict[str, object]] = []
    for towards in (engine for engine in ENGINES[1:] if engine not in refused):
        before = start
        rows.append({"towards": towards, "step": ENGINES[0], "why": "", **_moved(start, start)})
        for step in (step for step in _STEPS if step.towards == towards):
            changed = step.economy(economy)
            after = _changes(run(changed, scenario, attribution=False, engine=step.engine))
            rows.append(
                {"towards": towards, "step": step.name, "why": step.why, **_moved(before, after)}
            )
            before = after
    figures = ("exports", "imports", "balance")
    columns = [f"{stem}_{name}_usd_mn" for stem in ("change_in", "adds_to") for name in figures]
    return pd.DataFrame(rows, columns=["towards", "step", *columns, "why"])


def _moved(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    moved = {}
    for name in ("exports", "imports", "balance"):
        key = f"change_in_{name}_usd_mn"
        moved[key] = after[key]
        moved[f"adds_to_{name}_usd_mn"] = after[key] - before[key]
    return moved


def _reason(kind: object, allowed: str) -> str:
    """Name the lever and the reason without the engine's name, which stands before it."""
    return f"{kind}: {re.split('[:：] ?', allowed, maxsplit=1)[-1]}"
