"""The economy: benchmark arrays and elasticities, the one object the model reads.

Two markets (Japan's and India's), each by HS chapter and source country, in US$ million of
the price year. Everything here is read from ``params/``; nothing is solved.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from cepasim.core.arrays import Bools, Floats
from cepasim.core.fiscal_year import FiscalYear
from cepasim.economy.barriers import OWN as OWN_BARRIERS
from cepasim.economy.barriers import with_barriers
from cepasim.economy.benchmark import Benchmark, Ground, ground_under, read_ground
from cepasim.economy.claims import UseRule
from cepasim.economy.detail import at_level, detail_of, refine, with_products
from cepasim.economy.elasticities import OWN, from_source, with_elasticities
from cepasim.economy.india import IndiaRates, india_schedule
from cepasim.economy.japan import JapanRates, japan_schedule, under_line_rule
from cepasim.economy.market import Market, WedgeRule, markets_of
from cepasim.economy.products import markets_by_product, pair_by_product
from cepasim.economy.rates import LineRule
from cepasim.economy.rules import Rules, with_rules
from cepasim.economy.split import Split
from cepasim.economy.weights import ProductRule
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.products.levels import holders, is_rest


@dataclass(frozen=True, eq=False, repr=False)
class Economy:
    """Benchmark, elasticities and parameters of the model; immutable.

    Attributes
    ----------
    parameters : Parameters
    classification : Classification
    chapters : tuple of str, length H
        Codes of the markets: chapters, or the products that chapters are split into.
    markets : mapping of str to Market
        ``JPN`` and ``IND``.
    pair : DataFrame
        The benchmark's India-Japan trade by flow and chapter, split or not: see `bilateral`.
    line_rule : {"claims", "claims_else_mean", "best", "mean"}
    product_rule : {"alike", "alike_preferential", "count"}
    wedge_rule : {"ces", "mean"}
    use_rule : {"consignments", "log_logistic"}
    ground : Ground
        What stands whatever the parameters are.
    coarse : Economy or None
        The economy of chapters that an economy of products was made from; None for one of chapters.
    split : Split or None
        How its chapters are split; None where they are not.
    elasticities : {"gtap", "fgo", "broda_weinstein", "boehm"}
        Where the elasticities of substitution come from.
    barriers : {"own", "kno"}
        Where the barriers at India's border come from.
    """

    parameters: Parameters
    classification: Classification
    chapters: tuple[str, ...]
    markets: Mapping[str, Market]
    pair: pd.DataFrame
    line_rule: LineRule
    product_rule: ProductRule
    wedge_rule: WedgeRule
    use_rule: UseRule
    ground: Ground
    coarse: Economy | None = None
    split: Split | None = None
    elasticities: str = OWN
    barriers: str = OWN_BARRIERS

    def __repr__(self) -> str:
        """A line for each market and for the parameters."""
        rules = f"{self.line_rule}, {self.product_rule}, {self.wedge_rule}, {self.use_rule}"
        many = f"{len(self.chapters)} {'chapters' if self.split is None else 'products'}"
        head = f"Economy of {self.base_year}: {many} (rules {rules})"
        held = [*self.markets.values(), self.parameters]
        if own := self.parameters.own_figures:
            head += f", own figures {own}"
        return "\n".join([head, *(f"  {one!r}" for one in held)])

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
        ground = read_ground(parameters, classification, schedules)
        return cls(
            parameters=parameters,
            classification=classification,
            chapters=chapters,
            markets=markets_of(
                schedules, parameters, ground, ground.benchmarks, product_rule, use_rule
            ),
            pair=parameters.table("benchmark/bilateral"),
            line_rule=line_rule,
            product_rule=product_rule,
            wedge_rule=wedge_rule,
            use_rule=use_rule,
            ground=ground,
        )

    @property
    def base_year(self) -> FiscalYear:
        """Fiscal year of the benchmark, in which every path begins."""
        return self.parameters.base_year

    @property
    def price_year(self) -> str:
        """Year whose dollars every amount is in."""
        return self.parameters.price_year

    with_barriers = with_barriers
    with_elasticities = with_elasticities
    with_rules = with_rules
    refine = refine
    at_level = at_level
    with_products = with_products

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
            For a name that is not a parameter or a value outside what it allows.
        """
        if not overrides:
            return self
        if self.coarse is not None and self.split is not None:
            return self.coarse.with_overrides(overrides)._split_by(self.split)
        parameters = self.parameters.with_overrides(overrides)
        if self.elasticities != OWN:  # what a source implies rests on other parameters
            parameters = from_source(parameters, self.elasticities, self.chapters)
        ground = ground_under(self.ground, parameters, overrides)
        return replace(self, ground=ground)._under(parameters)

    @cached_property
    def known(self) -> dict[Hashable, Any]:
        """What was worked out on this economy already and no scenario changes."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: it works out again what is known."""
        return {name: value for name, value in self.__dict__.items() if name != "known"}

    @cached_property
    def bilateral(self) -> pd.DataFrame:
        """The benchmark's India-Japan trade by flow and market with ranges and grades."""
        if self.coarse is None or self.split is None:
            return self.pair
        # No draw reads it: it is made for those who do.
        return pair_by_product(self.pair, self.coarse.markets, self.markets, self.split)

    @property
    def by_chapter(self) -> Economy:
        """The economy of chapters behind one of products; itself where no chapter is split."""
        return self if self.coarse is None else self.coarse

    @property
    def detail(self) -> dict[str, Any]:
        """How fine it is, as the settings of a scenario that makes it so."""
        return detail_of(self)

    def name(self, hs: str) -> str:
        """Name of a market for people; what is left of a chapter or heading says so.

        Parameters
        ----------
        hs : str
            Code of a market.

        Returns
        -------
        str
            Such as "Vehicles and parts (the rest)".
        """
        named = self.classification.name(hs)
        return f"{named} (the rest)" if is_rest(hs, self.chapters) else named

    def divided(self, values: Floats, weights: Floats) -> Floats:
        """Divide values by chapter between the products of each, in proportion to weights.

        Parameters
        ----------
        values : ndarray, shape (..., H of ``by_chapter``)
            By chapter.
        weights : ndarray, shape (H,)
            By market, at least 0; even in a chapter where all are 0.

        Returns
        -------
        ndarray, shape (..., H)
            The values themselves where no chapter is split.
        """
        return values if self.split is None else self.split.divided(values, weights)

    def summed(self, values: Floats) -> Floats:
        """Sum values over the products of each chapter.

        Parameters
        ----------
        values : ndarray, shape (..., H)
            By market.

        Returns
        -------
        ndarray, shape (..., H of ``by_chapter``)
            The values themselves where no chapter is split.
        """
        return values if self.split is None else self.split.summed(values)

    def holding(self, subheadings: tuple[str, ...]) -> Bools:
        """Say which markets hold any of some subheadings.

        Parameters
        ----------
        subheadings : tuple of str
            Codes of six digits.

        Returns
        -------
        ndarray of bool, shape (H,)
            One for each market.
        """
        return holders(subheadings, self.chapters)

    def with_own(self, own: Iterable[str]) -> Economy:
        """Return an economy of chapters with some products as markets: `with_products` anew.

        Parameters
        ----------
        own : iterable of str
            Codes of four or six digits.

        Returns
        -------
        Economy
            Split; nothing is kept of it.
        """
        schedules = {importer: market.schedule for importer, market in self.markets.items()}
        return self._split_by(Split.of(self.chapters, schedules, own, self.parameters))

    def _split_by(self, split: Split) -> Economy:
        """Return this economy of chapters as one of products."""
        markets = markets_by_product(self.markets, split, self.parameters)
        return replace(
            self,
            chapters=split.codes,
            markets=markets,
            coarse=self,
            split=split,
        )

    def perturbed(
        self,
        values: Mapping[str, float],
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
        rules: Rules | None = None,
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
        rules : tuple of str, optional
            Rule for lines, weights of products and use, where they are not the economy's own.

        Returns
        -------
        Economy
            Not checked.
        """
        return self._under(self.parameters.with_values(values), benchmarks, india_mfn, rules)

    def _from_source(
        self,
        field: str,
        source: str,
        rows: Callable[[Parameters, str, tuple[str, ...]], Parameters],
    ) -> Economy:
        """Return the same economy with what one field names a source of read from another."""
        if source == getattr(self, field):
            return self
        if self.coarse is not None and self.split is not None:
            return self.coarse._from_source(field, source, rows)._split_by(self.split)
        given = rows(self.parameters, source, self.chapters)
        other: dict[str, Any] = {field: source}
        return replace(self._under(given), **other)

    def _under(
        self,
        parameters: Parameters,
        benchmarks: Mapping[str, Benchmark] | None = None,
        india_mfn: Floats | None = None,
        rules: Rules | None = None,
    ) -> Economy:
        if self.coarse is not None and self.split is not None:
            coarse = self.coarse._under(parameters, benchmarks, india_mfn, rules)
            return coarse._split_by(self.split)
        ground = self.ground
        line_rule, product_rule, use_rule = rules or (
            self.line_rule,
            self.product_rule,
            self.use_rule,
        )
        japan, india = self.markets["JPN"].schedule, self.markets["IND"].schedule
        if line_rule != self.line_rule:
            japan = under_line_rule(japan, parameters, line_rule)
        assert isinstance(japan.rates, JapanRates) and isinstance(india.rates, IndiaRates)
        prior = india.rates.prior if india_mfn is None else india_mfn
        schedules = {
            "JPN": japan.under(JapanRates.under(japan.rates.facts, parameters)),
            "IND": india.under(IndiaRates.under(india.rates.facts, prior, parameters)),
        }
        given = benchmarks or ground.benchmarks
        markets = markets_of(schedules, parameters, ground, given, product_rule, use_rule)
        return replace(
            self,
            parameters=parameters,
            markets=markets,
            line_rule=line_rule,
            product_rule=product_rule,
            use_rule=use_rule,
        )
