"""A scenario as a program that runs: "Reproduce in Python"."""

from __future__ import annotations

import pprint

from cepasim.core.language import tr
from cepasim.scenario.scenario import Scenario


def python_code(
    scenario: Scenario, fiscal_year: str, price_year: str, own_figures: str | None = None
) -> str:
    """Return a program that gives the figures on the screen.

    Parameters
    ----------
    scenario : Scenario
    fiscal_year, price_year : str
        The year on the screen, and that of the prices.
    own_figures : str, optional
        Name of the uploaded parameter folder, or of what was changed on the page, if any.

    Returns
    -------
    str
        It uses the public names only and prints the totals of the year, in US$ million.
    """
    structure = pprint.pformat(scenario.to_dict(), width=88, sort_dicts=False)
    folder, note = "", ""
    if own_figures is not None and own_figures.endswith(".zip"):
        folder = f'"{own_figures.removesuffix(".zip")}"'
        note = "  # " + tr("the parameter folder you uploaded, unpacked")
    elif own_figures is not None:  # changed on the page, which offers them as a folder
        folder = '"parameters"'
        note = "  # " + tr("the ZIP that the page “Parameters” offers, unpacked")
    return (
        "import cepasim\n"
        "\n"
        f"economy = cepasim.load({folder}){note}\n"
        f"scenario = cepasim.Scenario.from_dict({structure})\n"
        "result = cepasim.simulate(economy, scenario)\n"
        "\n"
        'totals = result.totals.set_index("fiscal_year")\n'
        f'print(totals.loc["{fiscal_year}"].to_string())  # US$ million of {price_year}\n'
    )
