"""From DGCI&S principal commodities to HS chapters.

India publishes its trade with Japan by some 150 principal commodities a year earlier and later
than by HS chapter. A *bridge* holds, for every commodity, the share of each chapter in it. The
shares are fitted on the years for which both splits exist, starting from a concordance read off
the commodity names, and then move a year that has commodities only to chapters.
"""

from __future__ import annotations

from dataclasses import dataclass

import cvxpy as cp
import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.solver import solve


@dataclass(frozen=True)
class Bridge:
    """Chapter shares of principal commodities.

    Attributes
    ----------
    shares : DataFrame
        Commodities (rows) by HS chapters (columns); every row sums to one, no entry is negative.
    status : str
        What the solver said.
    """

    shares: pd.DataFrame
    status: str

    def apply(self, commodities: pd.Series) -> pd.Series:
        """Chapters of a vector of commodities, in the unit of the vector.

        Parameters
        ----------
        commodities : Series
            Value by commodity name.

        Returns
        -------
        Series
            Value by HS chapter; the sum is that of the input.

        Raises
        ------
        KeyError
            If a commodity is not in the bridge.
        """
        unknown = commodities.index.difference(self.shares.index)
        if len(unknown):
            raise KeyError(f"commodities without a concordance: {', '.join(unknown)}")
        return self.shares.loc[commodities.index].mul(commodities, axis=0).sum()


def prior_shares(prior: pd.DataFrame, chapters: tuple[str, ...]) -> pd.DataFrame:
    """Name-based concordance as a commodity x chapter table whose rows sum to one.

    Parameters
    ----------
    prior : DataFrame
        Columns ``principal_commodity``, ``hs``, ``value`` (weight of a candidate chapter, > 0).
    chapters : tuple of str
        All HS chapters, in order.
    """
    wide = prior.pivot(index="principal_commodity", columns="hs", values="value")
    wide = wide.reindex(columns=list(chapters)).fillna(0.0).sort_index()
    return wide.div(wide.sum(axis=1), axis=0)


def fit_bridge(
    commodities: pd.DataFrame,
    chapters: pd.DataFrame,
    prior: pd.DataFrame,
    *,
    fit_log_sd: float,
    prior_weight: float,
    rounding_error: float,
    smallest_share: float,
) -> Bridge:
    """Shares nearest to the concordance that turn commodities into the known chapters.

    Minimises the squared relative errors of the chapters, weighted by the inverse variance, plus
    the chi-square distance of each commodity's shares from the concordance: the second-order form
    of the Kullback-Leibler distances of the balance, a quadratic program that stays well
    conditioned where a tiny chapter shares a large commodity. Shares outside the concordance are
    zero. Conflicts stay as residuals of the chapters; nothing is forced.

    Parameters
    ----------
    commodities : DataFrame
        Years by commodities, any money unit; a commodity absent in a year is 0.
    chapters : DataFrame
        The same years by HS chapters, same unit.
    prior : DataFrame
        Commodities by chapters from `prior_shares`; same chapters in the same order.
    fit_log_sd : float
        Tolerance of a chapter, log points.
    prior_weight : float
        Weight of the concordance, per commodity.
    rounding_error : float
        Absolute error of a published cell, in the money unit.
    smallest_share : float
        Chapters with a smaller share of a year's total are not fitted.

    Raises
    ------
    RunError
        If the solver fails.
    ValueError
        If years or labels do not agree.
    """
    if list(commodities.index) != list(chapters.index):
        raise ValueError("commodities and chapters must hold the same years in the same order")
    if list(prior.columns) != list(chapters.columns):
        raise ValueError("prior and chapters must hold the same chapters in the same order")
    if list(prior.index) != list(commodities.columns):
        raise ValueError("prior and commodities must hold the same commodities in the same order")
    base = prior.to_numpy(float)
    values = commodities.to_numpy(float)
    # A commodity with one candidate, or no trade in these years, has nothing to be fitted.
    free = ((base > 0).sum(axis=1) > 1) & (values > 0).any(axis=0)
    shares = base.copy()
    status = "nothing to fit"
    if free.any():
        row, column = np.nonzero(base * free[:, None])
        start = base[row, column]
        # Over the concordance, so that the unknowns are about one.
        ratio = cp.Variable(len(start), nonneg=True)
        by_commodity = (row == np.flatnonzero(free)[:, None]).astype(float)
        fixed = values @ np.where(free[:, None], 0.0, base)

        matrices, constants, variances = [], [], []
        for value, constant, target in zip(values, fixed, chapters.to_numpy(float), strict=True):
            matrix = np.zeros((base.shape[1], len(start)))
            matrix[column, np.arange(len(start))] = value[row] * start
            # A tiny cell says nothing about large commodities; one none of them reaches is given.
            seen = (target > smallest_share * target.sum()) & (matrix > 0).any(axis=1)
            matrices.append(matrix[seen] / target[seen, None])
            constants.append(constant[seen] / target[seen])
            variances.append(fit_log_sd**2 + (rounding_error / target[seen]) ** 2)
        weights = 1.0 / np.concatenate(variances)
        scale = weights.mean() if len(weights) else 1.0
        fitted = np.vstack(matrices) @ ratio + np.concatenate(constants)
        distance = cp.sum(cp.multiply(weights / scale, cp.square(fitted - 1.0)))
        from_prior = cp.sum(cp.multiply(start, cp.square(ratio - 1.0)))
        problem = cp.Problem(
            cp.Minimize(distance + prior_weight / scale * from_prior),
            [(by_commodity * start) @ ratio == 1.0],
        )
        status = solve(problem)
        shares[row, column] = start * np.maximum(np.asarray(ratio.value), 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    return Bridge(pd.DataFrame(shares, index=prior.index, columns=prior.columns), status)


def bridge_growth_errors(
    commodities: pd.DataFrame,
    chapters: pd.DataFrame,
    prior: pd.DataFrame,
    *,
    fit_log_sd: float,
    prior_weight: float,
    rounding_error: float,
    smallest_share: float,
) -> pd.DataFrame:
    """Error of bridged growth on years the bridge has not seen, leaving out one at a time.

    A year left out is predicted as the nearest other year's chapter times the growth of its
    bridged commodities, the way the bridge is used: growth keeps what the commodities of a
    chapter do not explain, and did better than levels on the years left out.

    Parameters are those of `fit_bridge`.

    Returns
    -------
    DataFrame
        Years left out by chapters: ln(predicted / known), NaN where either year's chapter is not
        fitted (see `smallest_share`) or a bridged value is within the rounding error.
    """
    years = list(commodities.index)
    large = chapters.gt(smallest_share * chapters.sum(axis=1), axis=0)
    rows = {}
    for place, year in enumerate(years):
        rest = [other for other in years if other != year]
        nearest = years[place - 1] if place else years[1]
        bridge = fit_bridge(
            commodities.loc[rest],
            chapters.loc[rest],
            prior,
            fit_log_sd=fit_log_sd,
            prior_weight=prior_weight,
            rounding_error=rounding_error,
            smallest_share=smallest_share,
        )
        now = bridge.apply(commodities.loc[year])
        then = bridge.apply(commodities.loc[nearest])
        seen = large.loc[year] & large.loc[nearest]
        seen &= (now > rounding_error) & (then > rounding_error)
        predicted = chapters.loc[nearest] * now / then.where(then > 0)
        rows[year] = np.log(predicted[seen] / chapters.loc[year][seen])
    return pd.DataFrame(rows).T.reindex(columns=chapters.columns)
