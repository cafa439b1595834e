"""How uncertain each figure is, and draws of all of them together.

Every figure carries a range ``low`` to ``high``, read as the 90 % interval around the median
``value``. The range says the shape, too: positive figures without an upper end err in proportion
(log-normal), shares in their odds (logit-normal), and where the range touches zero or one the
error is in the figure itself. The two sides of a range have each their own width. Figures of one
kind and one importer err together in part. docs/uncertainty.md states all of it.

Draws are scrambled Sobol points. They depend on the figures and on the seed alone: the reference
and the scenario, and one scenario and another, are compared under the same draws.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import qmc

from cepasim.core.countries import PAIR, PARTNER
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.economy import Benchmark, Economy
from cepasim.params.schema import Unit, chapters_of

Floats = NDArray[np.float64]

#: A range is this many standard deviations wide on either side: 90 % of a normal distribution.
WIDTH = float(ndtri(0.95))
#: Units in which a figure is a whole number.
_WHOLE = ("years", "steps", "first calendar year of the fiscal year")
#: Units in which the upper end is open ("never"): the delay errs in proportion.
_DATES = ("first calendar year of the fiscal year",)
#: Tables of the schema "parameter" that hold no figure of the model: how to draw, and what the
#: backcast fits (it has draws of its own).
_NOT_DRAWN = ("uncertainty/", "history/")
#: Parameters whose values are the parts of one whole.
_PARTS = ("capital_goods_chapter_share",)
#: Distinct parameters that measure one thing, and so share what they have in common.
_KIND = FrozenMapping(
    {
        "sigma_import": "sigma",
        "sigma_domestic": "sigma",
        "nu_sps": "nu",
        "nu_tbt": "nu",
        "nu_process": "nu",
        "ramp_1": "ramp",
        "ramp_2": "ramp",
        "ramp_3": "ramp",
    }
)
#: Kinds of which both errors are shared: of a chapter (one estimate, the rule of two gives the
#: other elasticity), and of everything (a slow ramp is slow throughout).
_ONE_PER_CHAPTER = ("sigma",)
_ONE_FOR_ALL = ("ramp",)
_MOST_STEPS = 100


class Scale(IntEnum):
    """In what a figure errs."""

    LEVEL = 0
    LOG = 1
    LOGIT = 2
    DELAY = 3


@dataclass(frozen=True, eq=False)
class Spread:
    """Distributions of n figures; every array has shape (n,).

    Attributes
    ----------
    value, minimum, maximum : ndarray
        Median, and what the figure can be at all.
    scale : ndarray of int
        A member of `Scale`.
    down, up : ndarray
        Standard deviation below and above the median on that scale; both 0 where exact.
    side : ndarray
        1 or -1 where the range lies on one side of the value only, else 0.
    whole : ndarray of bool
    low, high : ndarray
        The range.
    """

    value: Floats
    minimum: Floats
    maximum: Floats
    scale: NDArray[np.int8]
    down: Floats
    up: Floats
    side: NDArray[np.int8]
    whole: NDArray[np.bool_]
    low: Floats
    high: Floats

    @cached_property
    def exact(self) -> NDArray[np.bool_]:
        """Which figures have no error."""
        return np.asarray((self.down == 0) & (self.up == 0))

    def at(self, z: Floats) -> Floats:
        """Figures at standard normal scores.

        Parameters
        ----------
        z : ndarray, shape (..., n)
            0 is the median, ±`WIDTH` an end of the range. Where the range lies on one side of the
            value, the score counts by its size.

        Returns
        -------
        ndarray, shape (..., n)
        """
        found = np.broadcast_to(self.value, z.shape).copy()
        for scale, places in self._places.items():
            score, side = z[..., places], self.side[places]
            score = np.where(side == 0, score, side * np.abs(score))
            move = np.where(score < 0, score * self.down[places], score * self.up[places])
            drawn = _moved(scale, self.value[places], move)
            drawn = np.where(self.whole[places], np.rint(drawn), drawn)
            found[..., places] = np.clip(drawn, self.minimum[places], self.maximum[places])
        return found

    @cached_property
    def _places(self) -> dict[Scale, NDArray[np.intp]]:
        """Places of the figures that err on each scale."""
        each = {scale: np.flatnonzero((self.scale == scale) & ~self.exact) for scale in Scale}
        return {scale: places for scale, places in each.items() if places.size}

    @classmethod
    def of(
        cls,
        value: Floats,
        low: Floats,
        high: Floats,
        minimum: Floats | float = 0.0,
        maximum: Floats | float = np.inf,
        unit: NDArray[np.object_] | None = None,
    ) -> Spread:
        """Distributions of figures from their ranges.

        Parameters
        ----------
        value, low, high : ndarray, shape (n,)
            ``low <= value <= high``; exact where low = high or where an end is infinite.
        minimum, maximum : ndarray of shape (n,) or float, optional
            What the figures can be at all.
        unit : ndarray of str, shape (n,), optional
            As in ``params/tables.yaml``; says which figures are whole numbers or dates.

        Raises
        ------
        ValueError
            If a value lies outside its range.
        """
        if not np.all((low <= value) & (value <= high)):
            raise ValueError("a value lies outside its range")
        minimum = np.broadcast_to(np.asarray(minimum, float), value.shape)
        maximum = np.broadcast_to(np.asarray(maximum, float), value.shape)
        units = np.full(value.shape, "", dtype=object) if unit is None else unit
        exact = (low == high) | ~np.isfinite(low) | ~np.isfinite(high)
        date = np.isin(units, _DATES)
        share = (minimum == 0.0) & (maximum == 1.0) & (low > 0.0) & (high < 1.0)
        positive = (minimum >= 0.0) & (low > 0.0) & (maximum != 1.0)
        scale = np.select(
            [date, share, positive], [Scale.DELAY, Scale.LOGIT, Scale.LOG], default=Scale.LEVEL
        ).astype(np.int8)

        def measured(x: Floats) -> Floats:
            with np.errstate(all="ignore"):
                return np.asarray(
                    np.select(
                        [scale == Scale.LOG, scale == Scale.LOGIT, scale == Scale.DELAY],
                        [
                            np.log(x),
                            logit(np.clip(x, 1e-300, 1 - 1e-16)),
                            np.sign(x - value) * np.log1p(np.abs(x - value)),
                        ],
                        default=x,
                    )
                )

        centre = measured(value)
        with np.errstate(invalid="ignore"):
            down = np.where(exact, 0.0, (centre - measured(low)) / WIDTH)
            up = np.where(exact, 0.0, (measured(high) - centre) / WIDTH)
        side = np.select([exact, value == low, value == high], [0, 1, -1], default=0)
        return cls(
            value=value,
            # What has not happened by the earliest date cannot happen before it.
            minimum=np.where(date, low, minimum),
            maximum=maximum,
            scale=scale,
            down=down,
            up=up,
            side=side.astype(np.int8),
            whole=np.isin(units, _WHOLE),
            low=np.where(exact, value, low),
            high=np.where(exact, value, high),
        )


def _moved(scale: Scale, value: Floats, move: Floats) -> Floats:
    """Values moved by so much on a scale."""
    if scale == Scale.LOG:
        return np.asarray(value * np.exp(move))
    if scale == Scale.LOGIT:
        return np.asarray(expit(logit(np.clip(value, 1e-300, 1 - 1e-16)) + move))
    if scale == Scale.DELAY:
        return np.asarray(value + np.sign(move) * np.expm1(np.abs(move)))
    return np.asarray(value + move)


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
        """Figures at the scores of one draw, shape (D,) to (n,)."""
        on_own, on_common = self._weights
        return self.spread.at(on_own * scores[self.own] + on_common * scores[self.common])

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        """Weights of a figure's own score and of the common one; 0 where there is none."""
        own, common = self.own >= 0, self.common >= 0
        on_own = np.where(common, np.sqrt(1.0 - self.share), 1.0) * own
        return on_own, np.where(own, np.sqrt(self.share), 1.0) * common


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Distributions of every figure of an economy.

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
    """

    dimensions: int
    largest: float
    parameters: Block
    india_mfn: Block
    bilateral: Mapping[str, Block]
    imports: Mapping[str, Block]
    domestic: Mapping[str, Block]

    @classmethod
    def of(cls, economy: Economy) -> Uncertainty:
        """Distributions of the figures of an economy.

        What the user set by name (``parameters:`` of a scenario, ``with_overrides``) is taken as
        known: it is not drawn. The scores of all other figures stay what they were.
        """
        return _Builder(economy).build()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks."""
        return (
            self.parameters,
            self.india_mfn,
            *self.bilateral.values(),
            *self.imports.values(),
            *self.domestic.values(),
        )

    def scores(self, start: int, stop: int, seed: int) -> Floats:
        """Scrambled Sobol points as standard normal scores.

        Parameters
        ----------
        start, stop : int
            First draw and the one after the last.
        seed : int

        Returns
        -------
        ndarray, shape (stop - start, dimensions)
            The same rows whatever else is asked for.
        """
        return sobol_scores(self.dimensions, start, stop, seed, self.largest)

    def economy(self, economy: Economy, scores: Floats) -> Economy:
        """Return an economy under one draw.

        Parameters
        ----------
        economy : Economy
            The one the distributions are of.
        scores : ndarray, shape (dimensions,)
            All zero gives every figure its median.

        Returns
        -------
        Economy
            The trade of India and Japan sums to the same totals, and the imports from each other
            source to the same total of the source.
        """
        return self.assembled(economy, lambda block: block.at(scores))

    def assembled(self, economy: Economy, figures: Callable[[Block], Floats]) -> Economy:
        """Return an economy with given figures.

        Parameters
        ----------
        economy : Economy
            The one the distributions are of.
        figures : callable
            The figures of a block, shape (n,).
        """
        block = self.parameters
        values = dict(zip(block.names, figures(block).tolist(), strict=True))
        _make_whole(values, block)
        benchmarks = {
            importer: self._benchmark(importer, given, figures)
            for importer, given in economy.ground.benchmarks.items()
        }
        return economy.perturbed(values, benchmarks, figures(self.india_mfn) / 100.0)

    def _benchmark(
        self, importer: str, given: Benchmark, figures: Callable[[Block], Floats]
    ) -> Benchmark:
        pair, block = self.bilateral[importer], self.imports[importer]
        shape = given.cif.shape
        cif = rebalanced(
            figures(block).reshape(shape),
            block.spread.value.reshape(shape),
            _log_variance(block.spread).reshape(shape),
        )
        total = rebalanced(
            figures(pair)[:, None], pair.spread.value[:, None], _log_variance(pair.spread)[:, None]
        )
        return Benchmark(
            chapters=given.chapters,
            exporters=given.exporters,
            pair=total[:, 0],
            cif=cif,
            domestic=figures(self.domestic[importer]),
        )


def _log_variance(spread: Spread) -> Floats:
    return np.asarray(np.square(0.5 * (spread.down + spread.up)))


def sobol_scores(dimensions: int, start: int, stop: int, seed: int, largest: float) -> Floats:
    """Standard normal scores of scrambled Sobol points, shape (stop - start, dimensions)."""
    with _SOBOL_LOCK:
        points = _sobol(dimensions, seed)
        points.reset()
        if start:
            points.fast_forward(start)
        uniform = points.random(stop - start)
    # Scrambled points lie on a grid that holds 0.
    return np.asarray(np.clip(ndtri(np.clip(uniform, 2.0**-32, 1 - 2.0**-32)), -largest, largest))


#: Making the scrambled direction numbers takes longer than a hundred points of them; an engine has
#: a position, so that threads take turns.
_SOBOL_LOCK = threading.Lock()


@lru_cache(maxsize=2)
def _sobol(dimensions: int, seed: int) -> qmc.Sobol:
    return qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))


def rebalanced(drawn: Floats, value: Floats, error: Floats) -> Floats:
    """Draws moved as little as their errors allow until columns sum to those of the values.

    The most likely table given the draws and the totals when each cell errs in proportion:
    ``ln x = ln drawn - mu error value``, with one ``mu`` for a column. A cell without error
    stays; a cell gives way the more, the larger and the less certain it is.

    Parameters
    ----------
    drawn, value : ndarray, shape (H, S)
        Draws and central values, at least 0.
    error : ndarray, shape (H, S)
        Variance of the logs.

    Returns
    -------
    ndarray, shape (H, S)
        Column sums equal those of ``value`` to rounding.
    """
    total = value.sum(axis=0)
    give = error * value
    largest = give.max(axis=0)
    give = give / np.where(largest > 0, largest, 1.0)
    fixed = give == 0
    known = np.where(fixed, drawn, 0.0).sum(axis=0)
    wanted, free = total - known, np.where(fixed, 0.0, drawn)
    able = (wanted > 0) & (free.sum(axis=0) > 0)
    target = np.log(np.where(able, wanted, 1.0))
    mu = np.zeros(total.shape)
    for _ in range(_MOST_STEPS):
        cells = free * np.exp(-mu * give)
        summed = np.where(able, cells.sum(axis=0), 1.0)
        gap = np.where(able, np.log(summed) - target, 0.0)
        if np.abs(gap).max() < 1e-13:
            break
        slope = np.where(able, (cells * give).sum(axis=0) / summed, 1.0)
        # The gap is convex in mu; a bounded step keeps the first, which may overshoot, tame.
        mu += np.clip(gap / np.maximum(slope, 1e-300), -2.0, 2.0)
    cells = free * np.exp(-mu * give)
    summed = cells.sum(axis=0)
    cells *= np.where(able, wanted / np.where(summed > 0, summed, 1.0), 1.0)
    return np.asarray(np.where(fixed, drawn, cells))


def _make_whole(values: dict[str, float], block: Block) -> None:
    """Scale parts of one whole so that they sum to it again."""
    for part in _PARTS:
        places = [i for i, group in enumerate(block.group) if group == part]
        drawn = [i for i in places if not block.spread.exact[i]]
        total = sum(float(block.spread.value[i]) for i in drawn)
        found = sum(values[block.names[i]] for i in drawn)
        if found > 0:
            for i in drawn:
                values[block.names[i]] *= total / found


class _Builder:
    """Gives out the places of the scores: common ones first, benchmark cells last."""

    def __init__(self, economy: Economy) -> None:
        self._economy = economy
        self._parameters = economy.parameters
        self._next = 0
        self._commons: dict[str, int] = {}

    def build(self) -> Uncertainty:
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
        return Uncertainty(
            dimensions=self._next,
            largest=float(ndtri(parameters.value("largest_quantile"))),
            parameters=block,
            india_mfn=india_mfn,
            bilateral=FrozenMapping(bilateral),
            imports=FrozenMapping(imports),
            domestic=FrozenMapping(domestic),
        )

    def _of_parameters(self, rows: pd.DataFrame) -> Spread:
        units = self._parameters.dictionary.units
        low, high = rows["low"].to_numpy(float).copy(), rows["high"].to_numpy(float).copy()
        value = rows["value"].to_numpy(float).copy()
        overrides = self._parameters.overrides
        for place, row in enumerate(rows.itertuples()):
            name = str(row.name)
            spread_over = row.parameter in _PARTS and len(chapters_of(str(row.hs))) > 1
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

    def _common(self, key: str) -> int:
        if key not in self._commons:
            self._commons[key] = self._next
            self._next += 1
        return self._commons[key]

    def _own_place(self, row: object) -> int:
        parameter, importer, hs = (str(getattr(row, c)) for c in ("parameter", "importer", "hs"))
        kind = _KIND.get(parameter, parameter)
        if kind in _ONE_FOR_ALL:
            return -1
        if kind in _ONE_PER_CHAPTER:
            return self._common(f"{kind} {importer} {hs}")
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


def _smallest(unit: Unit) -> float:
    if unit.above is not None:
        return float(np.nextafter(unit.above, np.inf))
    return -np.inf if unit.minimum is None else unit.minimum


def _kind(parameter: str, importer: str) -> str:
    return f"{_KIND.get(parameter, parameter)} {importer}"
