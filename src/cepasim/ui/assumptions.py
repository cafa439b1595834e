"""The assumptions that decide the answer, in words. Their figures live in ``params/``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cepasim.params.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter as people speak of it.

    Attributes
    ----------
    name : str
        Its name in the parameter folder.
    label, meaning : str
        What it is called on the screen, and what a higher value means.
    whole : bool
        Whether only whole numbers make sense.
    """

    name: str
    label: str
    meaning: str
    whole: bool = False


DECISIVE: tuple[Assumption, ...] = (
    Assumption(
        "epsilon_supply_ind_jpn",
        "How easily India supplies more",
        "Supply elasticity of India in Japan. Higher: exports answer more, prices less.",
    ),
    *(
        Assumption(
            f"actionable_share_{kind}",
            f"Part of {what} that policy can remove",
            "Higher: relief reaches further.",
        )
        for kind, what in (
            ("sps", "food safety and plant health rules"),
            ("tbt", "standards and approvals"),
            ("process", "registration and paper"),
            ("border", "delay at the border"),
        )
    ),
    Assumption(
        "ntb_scale",
        "Size of all barriers",
        "Factor on every barrier of both countries. Higher: relief is worth more.",
    ),
    Assumption(
        "utilisation_observed_ind_jpn",
        "Use of the CEPA preference by Indian exporters",
        "Share of eligible exports that claim it today. Lower: simpler rules have more to gain.",
    ),
    Assumption(
        "utilisation_observed_jpn_ind",
        "Use of the CEPA preference by Japanese exporters",
        "Share of eligible exports that claim it today. Lower: simpler rules in India matter more.",
    ),
    Assumption(
        "japan_share_of_exports_labour_intensive",
        "Japan's share of the fund's exports, labour-intensive",
        "How much of what the supported plants export goes to Japan.",
    ),
    Assumption(
        "japan_share_of_exports_sunrise",
        "Japan's share of the fund's exports, sunrise",
        "How much of what the supported plants export goes to Japan.",
    ),
    Assumption(
        "additionality",
        "Part of the fund's capital that is new",
        "The rest would have come anyway.",
    ),
    Assumption(
        "japanese_share_of_capital_goods_sunrise",
        "Japan's share of the plants' machinery, sunrise",
        "Higher: the fund adds more to India's imports while plants are built.",
    ),
    Assumption(
        "eta",
        "How demand answers prices",
        "Demand elasticity, goods other than food and medicine.",
    ),
    Assumption(
        "lag_first_year",
        "How fast trade follows policy",
        "Part of the long-run effect that comes in the first year.",
    ),
)


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
