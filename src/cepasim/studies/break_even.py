"""When a dollar of what the fund makes possible stops worsening India's balance with Japan.

In the steady state a dollar of output sends ``export share x Japan share`` dollars to Japan (less
what new capacity costs in price: ``realised_share``), buys Japanese inputs and, to keep the plant
as it is, Japanese machinery, and replaces some Japanese goods with what it sells in India. The
balance no longer worsens where

    export share x Japan share = (inputs + machinery - imports displaced) / realised share
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Economy
from cepasim.levers.fund import FundLever, FundPath
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.solution.state import Run

#: What is counted against the exports, one thing after the other.
CASES = {
    "inputs": "Japanese inputs against potential exports",
    "inputs_and_machinery": "machinery that replaces what wears out added",
    "displacement": "Japanese goods that sales in India replace taken off",
    "realised": "the same against exports the market takes, not potential ones",
}
COLUMNS = (
    "window",
    "case",
    "meaning",
    "purchases_usd_per_usd",
    "realised_share",
    "break_even",
    "break_even_low",
    "break_even_high",
    "assumed",
    "assumed_low",
    "assumed_high",
    "balance_usd_per_usd",
)


def fund_break_even(economy: Economy, lever: FundLever | None = None) -> pd.DataFrame:
    """Break-even of the fund's effect on the balance, window by window.

    Parameters
    ----------
    economy : Economy
        The benchmark, from `cepasim.load`.
    lever : FundLever, optional
        The fund; by default the one of the bundled scenario ``fund-2bn``. Each of its windows is
        run alone with its own money, in comparative statics (all capital at work), to see what
        the markets take and displace.

    Returns
    -------
    DataFrame
        One row per window and case (``CASES``). ``purchases_usd_per_usd``: what a dollar of output
        costs India's balance. ``break_even``: the product of export share and Japan share at
        which that is earned back; ``_low`` and ``_high`` over the range of Japanese inputs alone.
        ``assumed``: the product the parameters hold, with the products of both low and both high
        ends. ``balance_usd_per_usd``: what a dollar of output does to the balance as assumed.
        A break-even above 1 cannot be reached; one below 0 is passed without any exports.

    Raises
    ------
    RunError
        If India's supply is infinite: capacity then means nothing.

    Notes
    -----
    What displacement there is depends on how much is sold in India, that is on the export share,
    which is kept as assumed; break-even is reached by the Japan share.
    """
    lever = lever or _proposed()
    rows: list[tuple[object, ...]] = []
    for window in lever.windows:
        terms = _terms(economy, lever, window)
        purchases = {
            "inputs": terms.inputs,
            "inputs_and_machinery": terms.inputs + terms.machinery,
            "displacement": terms.inputs + terms.machinery - terms.displaced,
            "realised": terms.inputs + terms.machinery - terms.displaced,
        }
        for case, meaning in CASES.items():
            realised = terms.realised if case == "realised" else 1.0
            cost = purchases[case]
            rows.append(
                (
                    window,
                    case,
                    meaning,
                    cost,
                    realised,
                    cost / realised,
                    (cost - terms.inputs + terms.inputs_low) / realised,
                    (cost - terms.inputs + terms.inputs_high) / realised,
                    terms.product,
                    terms.product_low,
                    terms.product_high,
                    terms.product * realised - cost,
                )
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a dollar of a window's output means, dollars."""

    product: float
    product_low: float
    product_high: float
    inputs: float
    inputs_low: float
    inputs_high: float
    machinery: float
    displaced: float
    realised: float


def _terms(economy: Economy, lever: FundLever, window: str) -> _Terms:
    parameters, anywhere = economy.parameters, economy.chapters[0]

    def of(name: str) -> tuple[float, float, float]:
        row = parameters.describe(name, anywhere, window=window)
        return float(row["value"]), float(row["low"]), float(row["high"])

    exports, japan, inputs = (
        of("export_share"),
        of("japan_share_of_exports"),
        of("japanese_inputs_per_output"),
    )
    wear = parameters.value("depreciation") / parameters.value("output_capital_ratio")
    solved = _alone(economy, lever, window)
    fund: FundPath = solved.outcome.fund
    output = fund.output.sum()
    gained = (solved.outcome.exports - solved.reference.exports).sum()
    lost = (solved.reference.imports_solved - solved.outcome.imports_solved).sum()
    potential = fund.exports_to_japan.sum()
    return _Terms(
        product=exports[0] * japan[0],
        product_low=exports[1] * japan[1],
        product_high=exports[2] * japan[2],
        inputs=inputs[0],
        inputs_low=inputs[1],
        inputs_high=inputs[2],
        machinery=wear * of("japanese_share_of_capital_goods")[0],
        displaced=float(lost / output) if output > 0 else 0.0,
        realised=float(gained / potential) if potential > 0 else float(np.nan),
    )


def _alone(economy: Economy, lever: FundLever, window: str) -> Run:
    """One window of the fund by itself in comparative statics."""
    money = lever.usd_bn * lever.windows[window]
    alone = lever.model_copy(update={"usd_bn": money, "windows": FrozenMapping({window: 1.0})})
    scenario = Scenario(name=f"fund, {window}", time="long_run", levers=(alone,))
    return run(economy, scenario, attribution=False)


def _proposed() -> FundLever:
    """The fund of the bundled scenario."""
    scenario = Scenario.read(bundled_directory() / "scenarios" / "fund-2bn.yaml")
    return scenario.levers_of(FundLever)[0]
