"""gegravity: the market block of a one-sector general equilibrium gravity model, run live.

A gravity model is another object: its countries earn what they sell and spend what they earn, and
trade costs melt goods. What both can express is the market block: given factory-gate prices,
how each country divides a given expenditure over exporters of one CES nest, and the price
index that results. gegravity solves prices and multilateral resistances; here its prices are
handed to the exact GSIM kernel as unit costs with infinite supply, which must return its
(inward) price indices and, for every exporter, sales equal to the output it holds fixed.

Users do not need the package: where it is not installed, what version 0.3 gave on the same case
stands in. The tests run it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cepasim.equilibrium.gsim import clear_markets
from validation.check import Check, Reference

COUNTRIES = ("AAA", "BBB", "CCC", "DDD")
OUTPUT = np.array([100.0, 250.0, 60.0, 150.0])
SPENDING = np.array([120.0, 220.0, 80.0, 140.0])
# Log trade costs times (1 - sigma): symmetric, nothing at home; a pact between the first two.
RESISTANCE = np.array(
    [[0.0, 1.2, 2.0, 1.5], [1.2, 0.0, 0.8, 1.9], [2.0, 0.8, 0.0, 1.1], [1.5, 1.9, 1.1, 0.0]]
)
PACT, SIGMA = 0.6, 5.0
STANDARD_ERROR = 0.1
# Its solver stops at 1e-8 (relative), ours at 1e-12.
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Gravity:
    """What gegravity gives: modelled trade of the baseline, price hats, inward resistance hats."""

    trade: np.ndarray
    price: np.ndarray
    resistance: np.ndarray
    version: str


RECORDED = Gravity(
    trade=np.array(
        [
            [58.4117963798, 22.8457427455, 4.94016947476, 13.8022914035],
            [36.9303758383, 159.219114234, 34.4295835203, 19.4209264117],
            [4.78710888537, 20.6388161282, 22.1051017702, 12.4689732174],
            [19.8707189019, 17.296326896, 18.5251452365, 94.3078089674],
        ]
    ),
    price=np.array([1.02067258577, 1.01554064197, 0.996350359774, 0.99460540819]),
    resistance=np.array([0.958367077351, 0.99256273016, 1.00543868072, 1]),
    version="0.3, recorded",
)


@dataclass(frozen=True)
class Case:
    """Countries, what they make and spend, what stands between them, and a pact of the first two.

    Attributes
    ----------
    countries : tuple of str, length R
        The last one's price index is the unit of account.
    output, spending : ndarray, shape (R,)
        With equal sums.
    resistance : ndarray, shape (R, R)
        Log trade costs times (1 - sigma), exporters in rows; symmetric, nothing at home.
    """

    countries: tuple[str, ...]
    output: np.ndarray
    spending: np.ndarray
    resistance: np.ndarray

    def baseline(self) -> Any:
        """Data in the form of gegravity, without the pact (``gegravity.BaselineData``)."""
        import gegravity as ge
        import pandas as pd

        rows = [
            {
                "exporter": exporter,
                "importer": importer,
                "year": "2020",
                "trade": 1.0,
                "Y": self.output[i],
                "E": self.spending[j],
                "cost": self.resistance[i, j],
                "pact": 0.0,
            }
            for i, exporter in enumerate(self.countries)
            for j, importer in enumerate(self.countries)
        ]
        return ge.BaselineData(
            pd.DataFrame(rows),
            imp_var_name="importer",
            exp_var_name="exporter",
            year_var_name="year",
            trade_var_name="trade",
            expend_var_name="E",
            output_var_name="Y",
        )

    def settings(self) -> dict[str, Any]:
        """Arguments of gegravity's models."""
        import gegravity as ge
        import pandas as pd

        coefficients = pd.DataFrame(
            [
                {"var": "cost", "coeff": -1.0, "ste": STANDARD_ERROR},
                {"var": "pact", "coeff": PACT, "ste": STANDARD_ERROR},
            ]
        )
        names = list(coefficients["var"])
        return {
            "year": "2020",
            "cost_variables": names,
            "cost_coeff_values": ge.CostCoeffs(
                estimates=coefficients,
                identifier_col="var",
                coeff_col="coeff",
                stderr_col="ste",
                covar_matrix=pd.DataFrame(STANDARD_ERROR**2 * np.eye(2), names, names),
            ),
            "reference_importer": self.countries[-1],
            "sigma": int(SIGMA),
        }

    def with_pact(self, data: Any) -> Any:
        """The data frame of a model, with the pact."""
        first = self.countries[:2]
        data = data.copy()
        both = data["exporter"].isin(first) & data["importer"].isin(first)
        data.loc[both & (data["exporter"] != data["importer"]), "pact"] = 1.0
        return data

    def solved(self) -> Any:
        """Solve baseline and experiment with gegravity (``gegravity.OneSectorGE``).

        Raises
        ------
        ImportError
            If it is not installed.
        """
        import gegravity as ge

        model = ge.OneSectorGE(self.baseline(), quiet=True, **self.settings())
        model.build_baseline(omr_rescale=1)
        model.define_experiment(self.with_pact(model.baseline_data))
        model.simulate()
        return model

    def drawn(self, trials: int) -> Any:
        """Solve with coefficients drawn from their errors (``gegravity.MonteCarloGE``)."""
        import gegravity as ge

        model = ge.MonteCarloGE(self.baseline(), trials=trials, seed=1, **self.settings())
        model.run_trials(self.with_pact(model.baseline_data), quiet=True)
        return model


def run_live() -> Gravity:
    """Solve the case with gegravity.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    from importlib.metadata import version

    model = Case(COUNTRIES, OUTPUT, SPENDING, RESISTANCE).solved()
    trade = model.bilateral_trade_results["baseline modeled trade"].unstack("importer")
    terms = model.country_mr_terms
    order = list(COUNTRIES)
    return Gravity(
        trade=trade.loc[order, order].to_numpy(float),
        price=model.factory_gate_prices.loc[order].to_numpy(float)[:, 0],
        resistance=(terms["experiment imr"] / terms["baseline imr"]).loc[order].to_numpy(float),
        version=version("gegravity"),
    )


def compare(theirs: Gravity) -> tuple[Check, ...]:
    """Hand their prices to our markets."""
    cost = np.ones((4, 4))
    cost[0, 1] = cost[1, 0] = np.exp(PACT / (1 - SIGMA))
    ours = clear_markets(theirs.trade, theirs.trade, cost, 1.0, np.inf, SIGMA, cost=theirs.price)
    index = np.exp(ours.log_composite)
    landed = theirs.trade * cost * np.exp(ours.log_price[:, None] + ours.log_quantity)
    reason = "its solver's own tolerance, 1e-8 relative, on a chain of two solves"
    checks = [
        Check(
            f"price index (inward resistance) of {name}, hat",
            float(theirs.resistance[at]),
            float(index[at]),
            TOLERANCE,
            reason,
            6,
        )
        for at, name in enumerate(COUNTRIES)
    ]
    checks += [
        Check(
            f"sales of {name} over all markets",
            float(theirs.trade.sum(axis=1)[at]),
            float(landed.sum(axis=1)[at]),
            TOLERANCE * OUTPUT[at],
            reason,
            4,
        )
        for at, name in enumerate(COUNTRIES)
    ]
    return tuple(checks)


def reference() -> Reference:
    """Compare with what was recorded; a test runs the package live where it is installed."""
    return Reference(
        title="gegravity, market block",
        source="gegravity 0.3 (P. Herman), after Yotov, Piermartini, Monteiro and Larch (2016), "
        "An Advanced Guide to Trade Policy Analysis",
        what_is_compared="Four countries of our own, sigma 5, a pact between two of them. "
        "Kernel: exact GSIM at given producer prices, unit-elastic demand.",
        checks=compare(RECORDED),
        note="Only the market block is comparable (differences_explained.md): income, spending and "
        "melting trade costs are the gravity model's own. Numbers as recorded from version 0.3.",
    )
