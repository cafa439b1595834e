"""The assumptions that decide the answer, in words. Their figures live in ``params/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cepasim.core.language import mark
from cepasim.params.parameters import Parameters
from cepasim.scenario.overrides import of_other_levers


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter as people speak of it.

    Attributes
    ----------
    name : str
        Its name in the parameter folder.
    label, meaning : str
        What it is called on the screen, and what a higher value means; `tr` says them.
    whole : bool
        Whether only whole numbers make sense.
    """

    name: str
    label: str
    meaning: str
    whole: bool = False


_FURTHER = mark("Higher: relief reaches further.")

DECISIVE: tuple[Assumption, ...] = (
    Assumption(
        "epsilon_supply_ind_jpn",
        mark("How easily India supplies more"),
        mark("Supply elasticity of India in Japan. Higher: exports answer more, prices less."),
    ),
    Assumption(
        "actionable_share_sps",
        mark("Part of food safety and plant health rules that policy can remove"),
        _FURTHER,
    ),
    Assumption(
        "actionable_share_tbt",
        mark("Part of standards and approvals that policy can remove"),
        _FURTHER,
    ),
    Assumption(
        "actionable_share_process",
        mark("Part of registration and paper that policy can remove"),
        _FURTHER,
    ),
    Assumption(
        "actionable_share_border",
        mark("Part of delay at the border that policy can remove"),
        _FURTHER,
    ),
    Assumption(
        "ntb_scale",
        mark("Size of all barriers"),
        mark("Factor on every barrier of both countries. Higher: relief is worth more."),
    ),
    Assumption(
        "utilisation_observed_ind_jpn",
        mark("Use of the CEPA preference by Indian exporters"),
        mark(
            "Share of eligible exports that claim it today. Lower: simpler rules have more to gain."
        ),
    ),
    Assumption(
        "utilisation_observed_jpn_ind",
        mark("Use of the CEPA preference by Japanese exporters"),
        mark(
            "Share of eligible exports that claim it today. Lower: simpler rules in India matter "
            "more."
        ),
    ),
    Assumption(
        "japan_share_of_exports_labour_intensive",
        mark("Japan's share of the fund's exports, labour-intensive"),
        mark("How much of what the supported plants export goes to Japan."),
    ),
    Assumption(
        "japan_share_of_exports_sunrise",
        mark("Japan's share of the fund's exports, sunrise"),
        mark("How much of what the supported plants export goes to Japan."),
    ),
    Assumption(
        "additionality",
        mark("Part of the fund's capital that is new"),
        mark("The rest would have come anyway."),
    ),
    Assumption(
        "japanese_share_of_capital_goods_sunrise",
        mark("Japan's share of the plants' machinery, sunrise"),
        mark("Higher: the fund adds more to India's imports while plants are built."),
    ),
    Assumption(
        "eta",
        mark("How demand answers prices"),
        mark("Demand elasticity, goods other than food and medicine."),
    ),
    Assumption(
        "lag_first_year",
        mark("How fast trade follows policy"),
        mark("Part of the long-run effect that comes in the first year."),
    ),
)


def waiting(names: Iterable[str], draft: Mapping[str, Any]) -> dict[str, str]:
    """Return assumptions that only levers read which a draft does not have, each with what to do.

    Parameters
    ----------
    names : iterable of str
    draft : mapping
        Of a scenario, as its file would have it.
    """
    kinds = {kind for lever in draft["levers"] for kind in lever}
    return dict(of_other_levers(names, kinds))


def rows_of(parameters: Parameters) -> pd.DataFrame:
    """Return every named parameter with its range, unit, grade and source, overrides applied.

    Returns
    -------
    DataFrame
        Indexed by name: the columns of the parameter tables and ``table``.
    """
    frames = [
        parameters.table(name).assign(table=name)
        for name, table in parameters.dictionary.tables.items()
        if table.form == "parameter" and name in parameters.tables
    ]
    return pd.concat(frames, ignore_index=True).set_index("name", drop=False)


def decisive(rows: pd.DataFrame) -> tuple[Assumption, ...]:
    """Return the decisive assumptions a parameter folder has."""
    return tuple(assumption for assumption in DECISIVE if assumption.name in rows.index)


def decisive_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Return parameters with the decisive assumptions first, the others as they were.

    The folder begins with the elasticities of live animals.

    Parameters
    ----------
    rows : DataFrame
        With ``name``.
    """
    places = {one.name: place for place, one in enumerate(DECISIVE)}
    order = rows["name"].map(places).fillna(len(places)).sort_values(kind="stable")
    return rows.loc[order.index]
