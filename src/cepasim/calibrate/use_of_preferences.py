"""Estimates the spread of consignments from what claims the CEPA in Japan, line by line.

Of the HS6 products whose lines are all open to India at a margin, Japan's claims of 2021 over
India's exports give the use of the preference. In the model use is
``u_max Phi((ln m + b ln V - c) / s)``, with ``V`` the product's trade and ``b`` how far larger
trade means larger consignments: the slope in ``ln V`` is ``b / s`` and the slope in the log of
the margin ``1 / s``. Exports by HS6 are partial and of another year, so that ``ln V`` is
instrumented by the exports of the two years after (control function); chapters have a level each,
because rules of origin are strict where margins are large. Errors are by bootstrap over chapters.

Run ``python -m cepasim.calibrate.use_of_preferences`` to print the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import ndtr

from cepasim.core.arrays import Floats
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level, chapter_of

#: Instalments of category B15 taken by 2021, when claims and exports meet.
_TAKEN_BY_2021 = 11
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class SpreadEstimate:
    """Slopes of the use of the preference, and the spread that follows.

    Attributes
    ----------
    products : int
    by_value, by_value_error : float
        Slope of the normal score of use in the log of trade, and its standard error.
    by_margin, by_margin_error : float
        Slope in the log of the margin.
    per_log_point, per_point : float
        Use gained for a log point of trade and for a point of margin (least squares), as published
        for all of Japan's partners: 0.091 and 0.0048.
    """

    products: int
    by_value: float
    by_value_error: float
    by_margin: float
    by_margin_error: float
    per_log_point: float
    per_point: float

    def spread(self, consignments_with_trade: float) -> tuple[float, float]:
        """Spread and its standard error; the argument is how far consignments grow with trade."""
        found = consignments_with_trade / self.by_value
        return found, found * self.by_value_error / self.by_value


def use_conventions(parameters: Parameters) -> dict[str, float]:
    """What a ratio of claims to trade, and a level of a chapter, need at least."""
    table = parameters.table("tariffs/use_settings")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def products_of_2021(parameters: Parameters) -> pd.DataFrame:
    """Products open to India on all their lines: trade, trade later, margin and use, by HS6."""
    lines = (
        parameters.table("tariffs/japan_lines")
        .groupby("hs9")
        .agg(
            hs6=("hs6", "first"),
            mfn=("mfn_pct", "mean"),
            india=("IND", "mean"),
            last_step=("b15_rate_jan_2026_pct", "mean"),
        )
    )
    left = parameters.value("b15_instalments") - _TAKEN_BY_2021
    rate = lines["india"].where(lines["last_step"].isna(), left * lines["last_step"])
    lines["margin"] = (lines["mfn"] - rate).fillna(0.0).clip(lower=0.0)
    claims = parameters.table("trade/japan_cepa_claims_hs9").set_index("hs9")["claimed_2021"]
    yen = parameters.value("yen_per_dollar_2021")
    lines["claimed"] = claims.reindex(lines.index).fillna(0.0) / yen / 1e3
    lines["weighted"] = lines["margin"] * lines["claimed"]
    product = lines.groupby("hs6").agg(
        least=("margin", "min"),
        simple=("margin", "mean"),
        claimed=("claimed", "sum"),
        weighted=("weighted", "sum"),
    )
    exports = parameters.table("trade/india_exports_japan_hs6").pivot(
        index="hs6", columns="fiscal_year", values="value"
    )
    product["trade"] = exports["2021-22"].reindex(product.index)
    later = exports[["2022-23", "2023-24"]].mean(axis=1)
    product["later"] = later.reindex(product.index)
    product["margin"] = (product["weighted"] / product["claimed"]).fillna(product["simple"]) / 100
    least = use_conventions(parameters)["smallest_trade"]
    kept = (product["least"] > 0) & (product["trade"] > least) & (product["later"] > 0)
    product = product[kept].copy()
    uplift = 1.0 + parameters.value("freight_insurance_ind_jpn")
    product["use"] = (product["claimed"] / (uplift * product["trade"])).clip(0.0, 1.0)
    product["chapter"] = [chapter_of(at_level(str(code), "subheading")) for code in product.index]
    return product


def estimate_spread(parameters: Parameters, draws: int = 100, seed: int = 1) -> SpreadEstimate:
    """Estimate the slopes of use; see the module.

    Parameters
    ----------
    parameters : Parameters
    draws : int, optional
        Bootstrap samples of chapters.
    seed : int, optional
    """
    products = products_of_2021(parameters)
    number = products.groupby("chapter")["use"].transform("size")
    products = products[number >= use_conventions(parameters)["fewest_products"]]
    top = parameters.value("utilisation_max_jpn")
    slopes = _slopes(products, top)
    rng = np.random.default_rng(seed)
    names = products["chapter"].unique()
    groups = {name: products[products["chapter"] == name] for name in names}
    again = []
    for _ in range(draws):
        picked = rng.choice(names, len(names))
        sample = [groups[name].assign(chapter=str(i)) for i, name in enumerate(picked)]
        again.append(_slopes(pd.concat(sample), top))
    errors = np.std(again, axis=0, ddof=1)
    plain = np.column_stack(
        [np.log(products["trade"]), 100 * products["margin"], _levels(products)]
    )
    use = products["use"].to_numpy(float)
    per_log_point, per_point = np.linalg.lstsq(plain, use, rcond=None)[0][:2]
    return SpreadEstimate(
        products=len(products),
        by_value=float(slopes[1]),
        by_value_error=float(errors[1]),
        by_margin=float(slopes[0]),
        by_margin_error=float(errors[0]),
        per_log_point=float(per_log_point),
        per_point=float(per_point),
    )


def _levels(products: pd.DataFrame) -> Floats:
    return pd.get_dummies(products["chapter"]).to_numpy(float)


def _slopes(products: pd.DataFrame, top: float) -> Floats:
    """Slopes of the score of use in ln margin and ln trade: quasi-likelihood of a share."""
    log_trade, log_margin = np.log(products["trade"]), np.log(products["margin"])
    levels, use = _levels(products), products["use"].to_numpy(float)
    instruments = np.column_stack([np.log(products["later"]), log_margin, levels])
    fitted = instruments @ np.linalg.lstsq(instruments, log_trade.to_numpy(), rcond=None)[0]
    about = np.column_stack([log_margin, log_trade, log_trade - fitted, levels])

    def loss(slopes: Floats) -> tuple[float, Floats]:
        score = about @ slopes
        share = np.clip(top * ndtr(score), 1e-9, 1 - 1e-9)
        density = top * np.exp(-0.5 * score**2) / np.sqrt(2 * np.pi)
        likelihood = use * np.log(share) + (1 - use) * np.log1p(-share)
        slope = (use / share - (1 - use) / (1 - share)) * density
        ridge = _RIDGE * slopes
        return float(-likelihood.sum() + slopes @ ridge), -(slope @ about) + 2 * ridge

    start = np.zeros(about.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="BFGS").x[:2])


def main() -> int:
    """Print the estimate."""
    parameters = load_parameters()
    found = estimate_spread(parameters)
    half, error = found.spread(parameters.value("consignments_with_trade"))
    print(
        f"{found.products} products. Score of use rises by {found.by_value:.3f} (s.e. "
        f"{found.by_value_error:.3f}) with the log of trade, by {found.by_margin:.3f} (s.e. "
        f"{found.by_margin_error:.3f}) with the log of the margin. Least squares: "
        f"{found.per_log_point:.3f} of use for a log point of trade (published 0.091), "
        f"{found.per_point:.4f} for a point of margin (published 0.0048). "
        f"Spread {half:.1f} (s.e. {error:.1f})."
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
