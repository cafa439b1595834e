"""A package, what its constraints cost, and a frontier as text for a terminal."""

from __future__ import annotations

import textwrap

import pandas as pd

from cepasim.studies.advice.package import Package
from cepasim.studies.advice.package_choice import PackageChoice

_WIDTH = 100
#: Candidates left out that are shown, and measures with how often they are chosen.
_SHOWN, _MEASURES = 10, 40


def package_text(package: Package) -> str:
    """The sentence, the concessions, and the first of those left out.

    Parameters
    ----------
    package : Package

    Returns
    -------
    str
    """
    table = package.table
    columns = ["balance", "exports", "imports", "duty_japan", "duty_india"]
    columns += ["welfare_japan", "welfare_india"]
    view = table[["measure", *(f"{name}_usd_mn" for name in columns)]]
    view = view.rename(columns={f"{name}_usd_mn": name.replace("_", " ") for name in columns})
    prices = package.runner.economy.price_year
    parts = [
        textwrap.fill(package.sentence, _WIDTH),
        "",
        f"US$ million of {prices} in {package.year}, change against the reference:",
        view.to_string(index=False, float_format="{:,.1f}".format),
        "",
    ]
    left = package.left_out
    others = left[~left["why"].str.startswith("in place of it")].head(_SHOWN)
    if len(others):
        shown = others.rename(columns={"would_add_usd_mn": "would add", "given_by": "given by"})
        parts += [
            f"Left out ({len(left)} in all, alternatives of what is in it not shown):",
            shown.to_string(index=False, float_format="{:,.1f}".format),
            "",
        ]
    return "\n".join(parts) + "\n"


def sure_text(sure: PackageChoice) -> str:
    """How often a package and its measures are chosen in other worlds.

    Parameters
    ----------
    sure : PackageChoice
    """
    worlds = sure.alternatives.rename(columns=_worded)
    worlds["same"], worlds["holds"] = (
        worlds[name].map({True: "yes", False: "no"}) for name in ("same", "holds")
    )
    measures = sure.measures.rename(columns=_worded)
    measures["in package"] = measures["in package"].map({True: "yes", False: ""})
    shown = measures.dropna(axis=1, how="all").head(_MEASURES)
    parts = [
        textwrap.fill(sure.text, _WIDTH),
        *(f"- {note}" for note in sure.notes),
        "",
        "Each alternative of the model by itself:",
        worlds.drop(columns="weight").to_string(index=False, float_format="{:,.1f}".format),
        "",
        "How often each measure is chosen, % of alternatives and of draws:",
        shown.to_string(index=False, float_format="{:,.0f}".format),
        "",
    ]
    return "\n".join(parts) + "\n"


def _worded(column: str) -> str:
    """Name of a column without its unit, in words."""
    return column.removesuffix("_usd_mn").removesuffix("_percent").replace("_", " ")


def prices_text(package: Package) -> str:
    """What each constraint costs the objective.

    Parameters
    ----------
    package : Package
    """
    prices = package.shadow_prices
    if prices.empty:
        return "No constraint has a price.\n"
    text = prices.rename(columns=_worded).to_string(
        index=False, float_format="{:,.1f}".format, na_rep=""
    )
    return f"Objective ({package.terms.objective}) as it is, 10 % looser, without:\n{text}\n\n"


def frontier_text(frontier: pd.DataFrame) -> str:
    """Gains of both sides along a frontier.

    Parameters
    ----------
    frontier : DataFrame
        From ``Package.frontier``.
    """
    view = frontier.drop(columns="package").rename(columns=_worded)
    text = view.to_string(index=False, float_format="{:,.1f}".format)
    return f"Frontier, US$ million: the most India can gain for each gain of Japan:\n{text}\n"
