"""A scenario as a program that runs: "Reproduce in Python"."""

from __future__ import annotations

import pprint

from cepasim.scenario.scenario import Scenario


def python_code(scenario: Scenario, fiscal_year: str, own_figures: str | None = None) -> str:
    """Return a program that gives the figures on the screen.

    Parameters
    ----------
    scenario : Scenario
    fiscal_year : str
        The year on the screen.
    own_figures : str, optional
        Name of the uploaded parameter folder, if there is one.

    Returns
    -------
    str
        It uses the public names only and prints the totals of the year, US$ million of 2023-24.
    """
    structure = pprint.pformat(scenario.to_dict(), width=88, sort_dicts=False)
    folder = "" if own_figures is None else f'"{own_figures}"'
    note = "" if own_figures is None else "  # the parameter folder you uploaded, unpacked"
    return (
        "import cepasim\n"
        "\n"
        f"economy = cepasim.load({folder}){note}\n"
        f"scenario = cepasim.Scenario.from_dict({structure})\n"
        "result = cepasim.simulate(economy, scenario)\n"
        "\n"
        'totals = result.totals.set_index("fiscal_year")\n'
        f'print(totals.loc["{fiscal_year}"].to_string())  # US$ million of 2023-24\n'
    )
