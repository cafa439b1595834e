"""Figures of an economy by table, and the scores that move them.

Figures of one kind and one importer err together in part; where one score would count twice
(parts of one whole, an elasticity and twice it), figures share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from cepasim.core.arrays import Floats
from cepasim.core.countries import FLOW_INTO, PAIR, PARTNER
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.barriers import is_published
from cepasim.economy.economy import Economy
from cepasim.economy.uncertainty.spread import Spread
from cepasim.params.schema import Unit, chapters_of

#: Tables of the schema "parameter" that hold no figure of the model: how to draw, what the backcast
#: fits (it has draws of its own), and whether the reference is what happened.
_NOT_DRAWN = ("uncertainty/", "history/", "reference/")
#: Parameters whose values are the parts of one whole.
PARTS = ("capital_goods_chapter_share",)
#: Distinct parameters that measure one thing, and so share what they have in common.
_KIND = FrozenMapping(
    {
        "sigma_import": "sigma",
        "sigma_domestic": "sigma",
        "nu_sps": "nu",
        "nu_tbt": "nu",
        "nu_process": "nu",
        "actionable_share_sps": "actionable_share",
        "actionable_share_tbt": "actionable_share",
        "actionable_share_border": "actionable_share",
        "actionable_share_process": "actionable_share",
        "ramp_1": "ramp",
        "ramp_2": "ramp",
        "ramp_3": "ramp",
    }
)
#: Kinds of which both errors are shared: of a chapter (one estimate, the rule of two gives the
#: other elasticity; whatever its source, so that sources are compared under the same scores), and
#: of everything (a slow ramp is slow throughout).
_ONE_PER_CHAPTER = ("sigma",)
_ONE_FOR_ALL = ("ramp",)


@dataclass(frozen=True, eq=False)
class Block:
    """Figures of one table, with the places of their scores among all scores.

    Attributes
    ----------
    spread : Spread
        n figures.
    names : tuple of str
        One for each figure, for people and for groups.
    group : tuple of str
        Kind of each figure: what sensitivity groups are made of.
    own, common : ndarray of int, shape (n,)
        Place of the figure's own score and of the score it has in common with others; -1 where
        there is none.
    share : float
        Share of the variance that is common.
    """

    spread: Spread
    names: tuple[str, ...]
    group: tuple[str, ...]
    own: NDArray[np.intp]
    common: NDArray[np.intp]
    share: float

    def at(self, scores: Floats) -> Floats:
        """Figures at the scores of some draws, shape (..., D) to (..., n)."""
        on_own, on_common = self._weights
        both = on_own * scores[..., self.own] + on_common * scores[..., self.common]
        return self.spread.at(both)

    @cached_property
    def log_variance(self) -> Floats:
        """Variance of the log of each figure, shape (n,)."""
        return np.asarray(np.square(0.5 * (self.spread.down + self.spread.up)))

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        """Weights of a figure's own score and of the common one; 0 where there is none."""
        own, common = self.own >= 0, self.common >= 0
        on_own = np.where(common, np.sqrt(1.0 - self.share), 1.0) * own
        return on_own, np.where(own, np.sqrt(self.share), 1.0) * common

    @cached_property
    def drawn_parts(self) -> tuple[tuple[int, ...], ...]:
        """Places of the figures that are parts of one whole and not exact, whole by whole."""
        return tuple(
            tuple(
                place
                for place, group in enumerate(self.group)
                if group == part and not self.spread.exact[place]
            )
            for part in PARTS
        )


@dataclass(frozen=True, eq=False)
class Blocks:
    """All figures of an economy that may err, table by table.

    Attributes
    ----------
    dimensions : int
        D, number of independent scores.
    largest : float
        No score is larger than this in size.
    parameters : Block
        Figures of the schema "parameter".
    india_mfn : Block
        India's MFN rates by chapter, percent, shape (H,).
    bilateral : mapping of importer to Block
        India's exports to Japan (``JPN``) and imports from it (``IND``) by chapter.
    imports : mapping of importer to Block
        Imports by chapter and source, H x S, row by row; the partner's own column is exact.
    domestic : mapping of importer to Block
        Domestic sales by chapter.
    growth : Block
        Growth of the pair's trade after the last known year, over the market's own: of each rule of
        each variant, in order.
    """

    dimensions: int
    largest: float
    parameters: Block
    india_mfn: Block
    bilateral: Mapping[str, Block]
    imports: Mapping[str, Block]
    domestic: Mapping[str, Block]
    growth: Block

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks."""
        return (
            self.parameters,
            self.india_mfn,
            *self.bilateral.values(),
            *self.imports.values(),
            *self.domestic.values(),
            self.growth,
        )


Kept = TypeVar("Kept", bound=Blocks)


class Builder:
    """Gives out the places of the scores: common ones first, benchmark cells last."""

    def __init__(self, economy: Economy) -> None:
        self._economy = economy = economy.by_chapter
        self._parameters = economy.parameters
        self._next = 0
        self._commons: dict[str, int] = {}

    def build(self, into: type[Kept]) -> Kept:
        """All blocks, as a class that holds them."""
        parameters = self._parameters
        rows = parameters.rows
        rows = rows[~rows["table"].str.startswith(_NOT_DRAWN)].reset_index(drop=True)
        spread = self._of_parameters(rows)
        kinds = [_kind(str(row.parameter), str(row.importer)) for row in rows.itertuples()]
        # Places are given whether or not a figure is drawn today, so that setting one figure
        # leaves the draws of all others as they were.
        several = pd.Series(kinds).duplicated(keep=False).to_numpy()
        common = np.array(
            [
                self._common(kind) if shared else -1
                for kind, shared in zip(kinds, several, strict=True)
            ]
        )
        for importer in PAIR:
            self._common(f"domestic {importer}")
        self._common("india_mfn")
        own = np.array([self._own_place(row) for row in rows.itertuples()])
        share = parameters.value("common_variance")
        block = Block(
            spread,
            tuple(rows["name"]),
            tuple(rows["parameter"]),
            own,
            common,
            share,
        )
        india = parameters.table("tariffs/india_mfn_chapter").set_index("hs")
        chapters = list(self._economy.chapters)
        india_mfn = self._cells(india.loc[chapters], "india_mfn", share)
        bilateral, imports, domestic = {}, {}, {}
        for importer in PAIR:
            trade = parameters.table("benchmark/bilateral")
            flow = "export" if importer == "JPN" else "import"
            trade = trade[trade["flow"] == flow].set_index("hs").loc[chapters]
            bilateral[importer] = self._cells(trade, f"bilateral {importer}", 0.0)
        for importer in PAIR:
            sales = parameters.table("benchmark/domestic")
            sales = sales[sales["importer"] == importer].set_index("hs").loc[chapters]
            domestic[importer] = self._cells(sales, f"domestic {importer}", share)
        for importer, partner in PARTNER.items():
            table = "japan_imports" if importer == "JPN" else "india_imports"
            sources = parameters.table(f"benchmark/{table}")
            exporters = self._economy.markets[importer].exporters
            sources = sources.set_index(["hs", "exporter"]).loc[
                [(hs, exporter) for hs in chapters for exporter in exporters]
            ]
            known = sources.index.get_level_values("exporter") == partner
            sources.loc[known, "low"] = sources.loc[known, "value"]
            sources.loc[known, "high"] = sources.loc[known, "value"]
            imports[importer] = self._cells(sources, f"imports {importer}", 0.0)
        growth = self._growth(block)
        return into(
            dimensions=self._next,
            largest=float(ndtri(parameters.value("largest_quantile"))),
            parameters=block,
            india_mfn=india_mfn,
            bilateral=FrozenMapping(bilateral),
            imports=FrozenMapping(imports),
            domestic=FrozenMapping(domestic),
            growth=growth,
        )

    def _of_parameters(self, rows: pd.DataFrame) -> Spread:
        units = self._parameters.dictionary.units
        low, high = rows["low"].to_numpy(float).copy(), rows["high"].to_numpy(float).copy()
        value = rows["value"].to_numpy(float).copy()
        overrides = self._parameters.overrides
        for place, row in enumerate(rows.itertuples()):
            name = str(row.name)
            spread_over = row.parameter in PARTS and len(chapters_of(str(row.hs))) > 1
            if name in overrides:
                value[place] = overrides[name]
            if name in overrides or spread_over:
                low[place] = high[place] = value[place]
        bounds = [units[unit] for unit in rows["unit"]]
        spread = Spread.of(
            value,
            low,
            high,
            np.array([_smallest(unit) for unit in bounds]),
            np.array([np.inf if unit.maximum is None else unit.maximum for unit in bounds]),
            rows["unit"].to_numpy(object),
        )
        # Where one score moves several figures, those with a range on one side stop at their
        # value while the others go on: the size of the score would turn them back.
        together = [_KIND.get(str(name), str(name)) in _ONE_FOR_ALL for name in rows["parameter"]]
        return replace(spread, side=np.where(together, 0, spread.side).astype(np.int8))

    def _growth(self, parameters: Block) -> Block:
        """Growth of the pair's trade, by variant: variants are compared under the same scores.

        The pair's trade moves with the drawn growth of its market already. A range is that of the
        whole, so that the rest of its variance is drawn here, and none where the market's is all.
        """
        width = dict(zip(parameters.names, _widths(parameters.spread), strict=True))
        names, value, low, high, own = [], [], [], [], []
        for variant in self._economy.ground.variants.values():
            for rule in variant.rules:
                importer = next(one for one, flow in FLOW_INTO.items() if flow == rule.flow)
                market = width[f"real_demand_growth_{importer.lower()}"]
                group = ",".join(sorted(rule.chapters)) or "all"
                said = f"{rule.flow} {group} {rule.start}"
                names.append(f"growth {variant.name} {said}")
                own.append(self._common(f"growth {said}"))
                value.append(rule.value)
                low.append(rule.value - _rest(rule.value - rule.low, market[0]))
                high.append(rule.value + _rest(rule.high - rule.value, market[1]))
        spread = Spread.of(np.array(value), np.array(low), np.array(high), -1.0)
        # Where the market takes one side of a range whole, the other side is not twice as likely.
        spread = replace(spread, side=np.zeros_like(spread.side))
        places = np.array(own, dtype=np.intp)
        kinds = ("growth",) * len(names)
        return Block(spread, tuple(names), kinds, places, np.full(len(names), -1), 0.0)

    def _common(self, key: str) -> int:
        if key not in self._commons:
            self._commons[key] = self._next
            self._next += 1
        return self._commons[key]

    def _own_place(self, row: object) -> int:
        parameter, importer, hs = (str(getattr(row, c)) for c in ("parameter", "importer", "hs"))
        kind = _KIND.get(parameter, parameter)
        # Barriers from one publication err together, and every source has the same scores.
        if kind in _ONE_FOR_ALL or is_published(str(getattr(row, "name", ""))):
            return -1
        if kind in _ONE_PER_CHAPTER:
            return self._common(f"{kind} {hs}")
        self._next += 1
        return self._next - 1

    def _cells(self, table: pd.DataFrame, kind: str, share: float) -> Block:
        """Cells of a benchmark table; one score for each cell, drawn or not."""
        size = len(table)
        own = np.arange(self._next, self._next + size)
        self._next += size
        common = np.full(size, self._common(kind) if share > 0 else -1)
        value, low, high = (table[c].to_numpy(float) for c in ("value", "low", "high"))
        names = [
            f"{kind} {' '.join(key) if isinstance(key, tuple) else key}" for key in table.index
        ]
        # A cell errs in proportion: one that may be nothing at all keeps its value.
        exact = (low <= 0) | (value <= 0)
        spread = Spread.of(value, np.where(exact, value, low), np.where(exact, value, high))
        return Block(spread, tuple(names), (kind,) * size, own, common, share)


def _widths(spread: Spread) -> list[tuple[float, float]]:
    """Half-widths of ranges below and above the value."""
    below, above = spread.value - spread.low, spread.high - spread.value
    return list(zip(below.tolist(), above.tolist(), strict=True))


def _rest(whole: float, part: float) -> float:
    """What is left of an error without an unrelated part of it."""
    return float(np.sqrt(max(whole**2 - part**2, 0.0)))


def _smallest(unit: Unit) -> float:
    if unit.above is not None:
        return float(np.nextafter(unit.above, np.inf))
    return -np.inf if unit.minimum is None else unit.minimum


def _kind(parameter: str, importer: str) -> str:
    kind = _KIND.get(parameter, parameter)
    # Sources that tell the importers apart have the same scores as those that do not.
    return kind if kind in _ONE_PER_CHAPTER else f"{kind} {importer}"
