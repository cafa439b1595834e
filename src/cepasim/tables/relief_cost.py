"""What relief of barriers costs exporters and the states, beside what it gains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.countries import ADJECTIVE, COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import paragraph, tr
from cepasim.core.numbers import mn, range_mn
from cepasim.levers.measure import Measure
from cepasim.levers.ntb import NtbLever
from cepasim.params.parameters import Parameters
from cepasim.solution.claims import welfare_by_year
from cepasim.solution.state import Run
from cepasim.tables.caveats import Note
from cepasim.tables.who_gains import run_alone

#: Of a dollar of barriers saved, what is spent on what the relieved barrier still asks for.
EXPORTER = "relief_cost_exporter"
#: What relieving a barrier of one type in full at one border costs the states in a year.
STATE = "relief_cost_state"


def relief_costs(run: Run) -> pd.DataFrame:
    """Costs of relief by year and border, beside what shippers save.

    Parameters
    ----------
    run : Run
        Solved; other levers may act in it as well.

    Returns
    -------
    DataFrame
        One row per fiscal year and importer that relieves: ``saved_usd_mn`` (barriers on what the
        partner then sells, before less after), ``exporter_usd_mn`` and ``state_usd_mn`` with
        ``_low`` and ``_high``; US$ million of 2023-24. Empty where no barrier is relieved.
    """
    parameters = run.economy.parameters
    frames = []
    for importer, market in run.economy.markets.items():
        acting = [
            one
            for found in run.measures.values()
            for one in found
            if isinstance(one.asked, NtbLever) and one.asked.importer == importer
        ]
        if not acting:
            continue
        after, column = run.outcome.markets[importer], market.partner_column
        nu = after.shocks.wedges.barrier[:, :, column]
        duty_paid = after.landed[:, :, column] / (1 + nu)
        saved = np.maximum(((market.barrier_total - nu) * duty_paid).sum(axis=1), 0.0)
        relieved = _relieved(acting, run.economy.parameters, importer)
        frame = {"fiscal_year": list(run.labels), "importer": importer, "saved_usd_mn": saved}
        for name, basis in ((EXPORTER, saved), (STATE, relieved)):
            stem = name.removeprefix("relief_cost_")
            for end, size in _ends(parameters, name).items():
                frame[f"{stem}_usd_mn{end}"] = size * basis
        frames.append(pd.DataFrame(frame))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def relief_cost_notes(run: Run) -> tuple[str, ...]:
    """Say in words what relief costs in the last year, and what it gains, in the same units."""
    kind = NtbLever.kind
    if not any(not one.is_idle for one in run.scenario.levers_of(NtbLever)):
        return ()
    alone = run if run.kinds == (kind,) else run_alone(run, run.scenario.levers_of(NtbLever))
    gain = sum(values[-1] for values in welfare_by_year(alone).values())
    table = relief_costs(alone)
    last = table[table["fiscal_year"] == alone.labels[-1]]
    said = [
        tr(
            "Cost of relief in {year}, beside a gain in welfare of {gain} for both countries "
            "together, from which it is not deducted. Both costs are assumptions (grade D).",
            year=year_in_words(alone.labels[-1]),
            gain=mn(gain),
        )
    ]
    for row in last.to_dict("records"):
        costs: dict[str, str] = {}
        for name in ("exporter", "state"):
            low, high = row[f"{name}_usd_mn_low"], row[f"{name}_usd_mn_high"]
            costs |= {
                name: mn(row[f"{name}_usd_mn"]),
                f"{name}_range": range_mn(low, high, unit=False),
            }
        said.append(
            tr(
                "{importer}'s relief takes {saved} of barriers a year off {partner} goods; what is "
                "still required may cost exporters {exporter} ({exporter_range}) and the two "
                "states {state} ({state_range}).",
                importer=tr(COUNTRY[row["importer"]]),
                partner=tr(ADJECTIVE[run.economy.markets[row["importer"]].partner]),
                saved=mn(row["saved_usd_mn"]),
                **costs,
            )
        )
    return (Note(paragraph(said), kind),)


def _relieved(acting: list[Measure], parameters: Parameters, importer: str) -> Floats:
    """Types relieved in each year, counted in full reliefs, shape (Y,)."""
    deepest: dict[str, Floats] = {}
    for one in acting:
        lever = one.asked
        assert isinstance(lever, NtbLever)
        if lever.days_saved is None:
            depth = (lever.relief_percent or 0.0) / 100
        else:
            days = float(parameters.by_chapter("border_days", ("01",), importer)[0])
            depth = min(lever.days_saved / days, 1.0) if days > 0 else 0.0
        for kind in lever.types:
            now = depth * one.share.max(axis=1)
            deepest[kind] = np.maximum(deepest.get(kind, 0.0), now)
    return np.asarray(sum(deepest.values()))


def _ends(parameters: Parameters, name: str) -> dict[str, float]:
    """Value and both ends of a parameter's range; a value of one's own may lie outside."""
    rows, value = parameters.rows, parameters.value(name)
    [[low, high]] = rows.loc[rows["name"] == name, ["low", "high"]].to_numpy(float)
    return {"": value, "_low": min(float(low), value), "_high": max(float(high), value)}
