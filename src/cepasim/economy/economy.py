"""The economy: benchmark arrays and elasticities, the one object the model reads.

Two markets (Japan's and India's), each by HS chapter and source country, in US$ million of
2023-24. Everything here is read from ``params/``; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cepasim.core.arrays import Floats, frozen_floats
from cepasim.core.countries import FLOW_INTO, PAIR
from cepasim.core.fiscal_year import BASE_YEAR, format_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.problems import InputError, Problem
from cepasim.economy.benchmark import Benchmark, Ground, known_product_trade, read_benchmark
from cepasim.economy.claims import UseRule
from cepasim.economy.india import IndiaRates, india_schedule
from cepasim.economy.japan import JapanRates, japan_schedule
from cepasim.economy.known_years import known_years
from cepasim.economy.market import Market, WedgeRule, markets_of
from cepasim.economy.rates import LineRule
from cepasim.economy.variants import bundled_variants
from cepasim.economy.weights import ProductRule
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification


@dataclass(frozen=True, eq=False, repr=False)
class Economy:
    """Benchmark 2023-24, elasticities and parameters of the model; immutable.

    Attributes
    ----------
    parameters : Parameters
    classification : Classification
    chapters : tuple of str, length H
    markets : mapping of str to Market
        ``JPN`` and ``IND``.
    bilateral : DataFrame
        The benchmark's India-Japan trade by flow and chapter with ranges and grades.
    line_rule : {"claims", "claims_else_mean", "best", "mean"}
    product_rule : {"alike", "alike_preferential", "count"}
    wedge_rule : {"ces", "mean"}
    use_rule : {"consignments", "log_logistic"}
    ground : Ground
        What stands whatever the parameters are.
    """

    parameters: Parameters
    classification: Classification
    chapters: tuple[str, ...]
    markets: Mapping[str, Market]
    bilateral: pd.DataFrame
    line_rule: LineRule
    product_rule: ProductRule
    wedge_rule: WedgeRule
    use_rule: UseRule
    ground: Ground

    def __repr__(self) -> str:
        """A line for each market and for the parameters."""
        rules = f"{self.line_rule}, {self.product_rule}, {self.wedge_rule}, {self.use_rule}"
        return "\n".join(
            [
                f"Economy of {format_fiscal_year(BASE_YEAR)}: {len(self.chapters)} chapters "
                f"(rules {rules})",
                *(f"  {market!r}" for market in self.markets.values()),
                f"  {self.parameters!r}",
            ]
        )

    @classmethod
    def build(
        cls,
        parameters: Parameters,
        line_rule: LineRule = "claims",
        product_rule: ProductRule = "alike",
        wedge_rule: WedgeRule = "ces",
        use_rule: UseRule = "consignments",
    ) -> Economy:
        """Assemble the economy from checked parameters.

        Parameters
        ----------
        parameters : Parameters
            Checked, from a folder.
        line_rule : {"claims", "claims_else_mean", "best", "mean"}, optional
            Which tariff line of an HS6 product a shipper to Japan takes. ``claims``: India's as
            its claims of the CEPA show (``tariffs/japan_lines_used``), the best line where they
            do not and for other sources; ``claims_else_mean``: the mean of the lines where they do
            not. ``best`` and ``mean`` for all are the two ends of what the schedule allows.
            India's products are always the mean of their lines.
        product_rule : {"alike", "alike_preferential", "count"}, optional
            Weights of products within a chapter where trade by product is not known: alike in
            taste at what shippers pay on average (use of the preference included), alike in taste
            at the preferential rate, or one for each product.
        wedge_rule : {"ces", "mean"}, optional
            Whether the wedges of products make a chapter's by the CES index or by their mean at
            unchanged quantities. All but the defaults serve to see what aggregation does
            (docs/aggregation.md).
        use_rule : {"consignments", "log_logistic"}, optional
            What keeps shippers from claiming a preference: a fixed cost against consignments of
            different size, or costs that are log-logistic.

        Returns
        -------
        Economy
            Calibrated to the benchmark.

        Raises
        ------
        InputError
            If a chapter or a pair has no value for a parameter the model needs.
        """
        classification = Classification.from_parameters(parameters)
        chapters = classification.chapters
        schedules = {
            "JPN": japan_schedule(parameters, chapters, line_rule),
            "IND": india_schedule(parameters, chapters),
        }
        ground = Ground(
            benchmarks=FrozenMapping(
                {importer: read_benchmark(importer, parameters) for importer in PAIR}
            ),
            known_trade=frozen_floats(known_product_trade(parameters, schedules["JPN"])),
            known_years=FrozenMapping(
                {
                    importer: known_years(parameters, flow, chapters)
                    for importer, flow in FLOW_INTO.items()
                }
            ),
            variants=bundled_variants(parameters, classification),
            demand_growth=FrozenMapping(
                {
                    importer: parameters.uniform("real_demand_growth", chapters, importer)
                    for importer in PAIR
                }
            ),
        )
        return cls(
            parameters=parameters,
            classification=classification,
            chapters=chapters,
            markets=markets_of(
                schedules, parameters, ground, ground.benchmarks, product_rule, use_rule
            ),
            bilateral=parameters.table("benchmark/bilateral"),
            line_rule=line_rule,
            product_rule=product_rule,
            wedge_rule=wedge_rule,
            use_rule=use_rule,
            ground=ground,
        )

    def with_overrides(self, overrides: Mapping[str, float]) -> Economy:
        """Return the same economy with some parameters changed by name.

        Parameters
        ----------
        overrides : mapping of str to float
            New values by the name of the parameter.

        Returns
        -------
        Economy
            This one where there is nothing to change.

        Raises
        ------
        InputError
            For a name that is no parameter or a value outside what it allows.
        """
        if not overrides:
            return self
        return self._under(self.parameters.with_overrides(overrides))

    def perturbed(
        self,
        values: Mapping[str, float],
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
    ) -> Economy:
        """Return the same economy under other figures, unchecked: for many draws.

        No table is read again: tens of times cheaper than building an economy.

        Parameters
        ----------
        values : mapping of str to float
            Parameters by name.
        benchmarks : mapping of importer to Benchmark, optional
            Trade and domestic sales of the base year in place of the bundled ones.
        india_mfn : ndarray, shape (H,), optional
            India's MFN rates by chapter, fractions, where no heading has one of its own.

        Returns
        -------
        Economy
            Not checked.
        """
        return self._under(self.parameters.with_values(values), benchmarks, india_mfn)

    def _under(
        self,
        parameters: Parameters,
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
    ) -> Economy:
        ground = self.ground
        japan, india = self.markets["JPN"].schedule, self.markets["IND"].schedule
        assert isinstance(japan.rates, JapanRates) and isinstance(india.rates, IndiaRates)
        prior = india.rates.prior if india_mfn is None else india_mfn
        schedules = {
            "JPN": japan.under(JapanRates.under(japan.rates.facts, parameters)),
            "IND": india.under(IndiaRates.under(india.rates.facts, prior, parameters)),
        }
        given = benchmarks or ground.benchmarks
        markets = markets_of(schedules, parameters, ground, given, self.product_rule, self.use_rule)
        return replace(self, parameters=parameters, markets=markets)


def load(directory: str | Path | None = None) -> Economy:
    """Load the benchmark economy.

    Parameters
    ----------
    directory : path, optional
        The user's own parameter folder; the bundled one by default.

    Returns
    -------
    Economy
        The benchmark of 2023-24 with every parameter and schedule.

    Raises
    ------
    InputError
        With every problem of the folder.

    Examples
    --------
    >>> import cepasim
    >>> economy = cepasim.load()
    >>> round(float(economy.markets["JPN"].fob[:, 0].sum()), 6)
    5150.0
    """
    if directory is not None and not (isinstance(directory, (str, Path)) and str(directory)):
        words = "a path of a parameter folder, or None for the bundled one"
        raise InputError([Problem("load", None, "directory", directory, words)])
    return Economy.build(load_parameters(None if directory is None else Path(directory)))
