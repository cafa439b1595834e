"""Numbers that the page of the method works through, each by the model."""

from __future__ import annotations

import re
from collections.abc import Mapping

import cepasim
from cepasim.core.numbers import value

#: A quota of India on cars of the European Union: less than is sold, about as much, and more.
_AMOUNTS = (5, 20, 60)
_YEAR = "2030-31"
_IN, _OVER = 10, 95
#: A chapter that is split, and the year and flow that are compared.
_SPLIT, _THEN = "03", "2027-28"


def worked(economy: cepasim.Economy) -> Mapping[str, str]:
    """Return the blocks of the page by their names."""
    return {
        "worked quota": _quota(economy),
        "worked products": _products(economy),
        "worked size": _size(economy),
    }


def _quota(economy: cepasim.Economy) -> str:
    rows = "\n".join(f"| {amount} | {_regime(economy, amount)} |" for amount in _AMOUNTS)
    return (
        f"*Worked.* India lets cars (8703) of the European Union in at {_IN} % within a quota from "
        f"2027-28,\nbeyond it at {_OVER} % or what they would pay without it, whichever is less. "
        "What comes of a quota of so\nmany US$ mn, by the regimes above:\n\n"
        f"| Quota, US$ mn | Outcome |\n|---:|---|\n{rows}"
    )


def _regime(economy: cepasim.Economy, amount: float) -> str:
    quota = {
        "importer": "IND",
        "source": "EU27",
        "select": {"hs": ["8703"]},
        "usd_mn": amount,
        "in_rate_percent": _IN,
        "over_rate_percent": _OVER,
        "start": "2027-28",
    }
    scenario = cepasim.Scenario.from_dict(
        {"name": "Quota", "horizon": _YEAR, "levers": [{"quota": quota}]}
    )
    notes = cepasim.simulate(economy, scenario).notes
    [said] = [note for note in notes if str(note).startswith("Quota on")]
    return re.split(r"2023-24: ", str(said))[1]


def _products(economy: cepasim.Economy) -> str:
    whole = cepasim.Scenario.reference().model_copy(update={"horizon": _THEN})
    split = whole.model_copy(update={"refine": (_SPLIT,)})
    (_, one), (number, sold) = (_exports(economy, scenario) for scenario in (whole, split))
    return (
        f"*Worked.* Chapter {_SPLIT} in one piece: India's exports of US$ {value(one)} mn in "
        f"{_THEN}, in the reference. As {number} products:\nUS$ {value(sold)} mn together; "
        f"the two differ by {100 * abs(sold / one - 1):.1g} %."
    )


def _exports(economy: cepasim.Economy, scenario: cepasim.Scenario) -> tuple[int, float]:
    sectors = cepasim.simulate(economy, scenario).sectors
    rows = sectors[
        (sectors["fiscal_year"] == _THEN)
        & (sectors["flow"] == "export")
        & sectors["hs"].str.startswith(_SPLIT)
    ]
    return len(rows), float(rows["baseline_usd_mn"].sum())


def _size(economy: cepasim.Economy) -> str:
    totals = cepasim.simulate(economy, cepasim.Scenario.reference()).totals
    exports = totals.set_index("fiscal_year")["exports_usd_mn"]
    base, year = exports.index[0], exports.index[1]
    return (
        f"*Worked.* India's exports were US$ {value(exports.iloc[0])} mn in {base} ($B$) and, in "
        f"dollars of that year, US$ {value(exports.iloc[1])} mn in {year} ($A$).\n"
        f"Market growth and size together, $\\phi\\,g\\,\\hat v$, are therefore "
        f"{exports.iloc[1] / exports.iloc[0]:.2f} over all chapters."
    )
