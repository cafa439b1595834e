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

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
import scipy
from scipy.special import ndtri
from scipy.stats import qmc

from cepasim.core.arrays import Floats
from cepasim.core.disk_cache import cache_folder, keep, kept
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.benchmark import Benchmark
from cepasim.economy.economy import Economy
from cepasim.economy.rules import Rules
from cepasim.economy.uncertainty.blocks import Block, Blocks, Builder
from cepasim.economy.variants import Variant, with_variants

_MOST_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures of one draw, or of several along leading axes.

    Attributes
    ----------
    by_block : mapping of Block to ndarray, shape (..., n)
        As drawn.
    pair : mapping of importer to ndarray, shape (..., H)
        The pair's trade, brought back to its totals.
    cif : mapping of importer to ndarray, shape (..., H, S)
        Imports by source, likewise.
    """

    by_block: Mapping[Block, Floats]
    pair: Mapping[str, Floats]
    cif: Mapping[str, Floats]

    def of(self, place: int) -> Figures:
        """Return those of one draw."""
        return Figures(
            {block: figures[place] for block, figures in self.by_block.items()},
            {importer: figures[place] for importer, figures in self.pair.items()},
            {importer: figures[place] for importer, figures in self.cif.items()},
        )


class Uncertainty(Blocks):
    """Distributions of every figure of an economy, and economies drawn from them."""

    @classmethod
    def of(cls, economy: Economy) -> Uncertainty:
        """Distributions of the figures of an economy.

        What the user set by name (``parameters:`` of a scenario, ``with_overrides``) is taken as
        known: it is not drawn. The scores of all other figures stay what they were.
        """
        return Builder(economy).build(cls)

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

    def economy(
        self,
        economy: Economy,
        scores: Floats,
        rules: Rules | None = None,
    ) -> Economy:
        """Return an economy under one draw.

        Parameters
        ----------
        economy : Economy
            The one the distributions are of.
        scores : ndarray, shape (dimensions,)
            All zero gives every figure its median.
        rules : tuple of str, optional
            Rule for lines, weights of products and use, where they are not the economy's own.

        Returns
        -------
        Economy
            The trade of India and Japan sums to the same totals, and the imports from each other
            source to the same total of the source.
        """
        return self.under(economy, self.figures(economy, scores), rules)

    def figures(self, economy: Economy, scores: Floats) -> Figures:
        """All figures at some scores, shape (..., dimensions), with the benchmark in balance.

        Of several draws they are worked out side by side, and come to the same bytes.
        """
        return self._balanced(economy, {block: block.at(scores) for block in self.blocks})

    def under(
        self,
        economy: Economy,
        figures: Figures,
        rules: Rules | None = None,
    ) -> Economy:
        """Return an economy with the figures of one draw."""
        block = self.parameters
        values = dict(zip(block.names, figures.by_block[block].tolist(), strict=True))
        _make_whole(values, block)
        benchmarks = {
            importer: Benchmark(
                chapters=given.chapters,
                exporters=given.exporters,
                pair=figures.pair[importer],
                cif=figures.cif[importer],
                domestic=figures.by_block[self.domestic[importer]],
            )
            for importer, given in economy.ground.benchmarks.items()
        }
        india_mfn = figures.by_block[self.india_mfn] / 100.0
        drawn = economy.perturbed(values, benchmarks, india_mfn, rules)
        return with_variants(drawn, self._variants(economy, figures.by_block[self.growth]))

    def assembled(
        self,
        economy: Economy,
        figures: Callable[[Block], Floats],
        rules: Rules | None = None,
    ) -> Economy:
        """Return an economy with given figures.

        Parameters
        ----------
        economy : Economy
            The one the distributions are of.
        figures : callable
            The figures of a block, shape (n,).
        rules : tuple of str, optional
            As in `economy`.
        """
        given = {block: figures(block) for block in self.blocks}
        return self.under(economy, self._balanced(economy, given), rules)

    def _balanced(self, economy: Economy, by_block: Mapping[Block, Floats]) -> Figures:
        """Figures with the cells of the benchmark brought back to the totals they sum to."""
        pair, cif = {}, {}
        for importer, given in economy.ground.benchmarks.items():
            block = self.bilateral[importer]
            pair[importer] = rebalanced(
                by_block[block][..., None],
                block.spread.value[:, None],
                block.log_variance[:, None],
            )[..., 0]
            block, shape = self.imports[importer], given.cif.shape
            drawn = by_block[block]
            cif[importer] = rebalanced(
                drawn.reshape(*drawn.shape[:-1], *shape),
                block.spread.value.reshape(shape),
                block.log_variance.reshape(shape),
            )
        return Figures(by_block, pair, cif)

    def _variants(self, economy: Economy, growth: Floats) -> Mapping[str, Variant]:
        """Variants of the reference whose rules grow by so much, in the order of the block."""
        left = iter(growth.tolist())
        return FrozenMapping(
            {
                name: variant.drawn(list(islice(left, len(variant.rules))))
                for name, variant in economy.ground.variants.items()
            }
        )


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
    """Scrambled points of a seed; the scrambling is kept in the user's cache folder."""
    folder = cache_folder()
    made_by = f"sobol {np.__version__} {scipy.__version__} {dimensions} {seed}"
    key = hashlib.sha256(made_by.encode()).hexdigest()
    found = None if folder is None else kept(key, folder)
    if isinstance(found, qmc.Sobol) and found.d == dimensions:
        return found
    made = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if folder is not None:
        keep(key, made, folder)
    return made


def rebalanced(drawn: Floats, value: Floats, error: Floats) -> Floats:
    """Draws moved as little as their errors allow until columns sum to those of the values.

    The most likely table given the draws and the totals when each cell errs in proportion:
    ``ln x = ln drawn - mu error value``, with one ``mu`` for a column. A cell without error
    stays; a cell gives way the more, the larger and the less certain it is.

    Parameters
    ----------
    drawn : ndarray, shape (..., H, S)
        Draws, at least 0. Each table comes to the same bytes whatever tables are beside it.
    value : ndarray, shape (H, S)
        Central values, at least 0.
    error : ndarray, shape (H, S)
        Variance of the logs.

    Returns
    -------
    ndarray, shape (..., H, S)
        Column sums equal those of ``value`` to rounding.
    """
    total = value.sum(axis=0)
    give = error * value
    largest = give.max(axis=0)
    give = give / np.where(largest > 0, largest, 1.0)
    fixed = give == 0
    known = np.where(fixed, drawn, 0.0).sum(axis=-2)
    wanted, free = total - known, np.where(fixed, 0.0, drawn)
    able = (wanted > 0) & (free.sum(axis=-2) > 0)
    target = np.log(np.where(able, wanted, 1.0))
    mu = np.zeros(able.shape)
    for _ in range(_MOST_STEPS):
        cells = free * np.exp(-mu[..., None, :] * give)
        summed = np.where(able, cells.sum(axis=-2), 1.0)
        gap = np.where(able, np.log(summed) - target, 0.0)
        unsettled = np.abs(gap).max(axis=-1) >= 1e-13
        if not unsettled.any():
            break
        slope = np.where(able, (cells * give).sum(axis=-2) / summed, 1.0)
        # The gap is convex in mu; a bounded step keeps the first, which may overshoot, tame.
        step = np.minimum(np.maximum(gap / np.maximum(slope, 1e-300), -2.0), 2.0)
        mu += np.where(unsettled[..., None], step, 0.0)
    cells = free * np.exp(-mu[..., None, :] * give)
    summed = cells.sum(axis=-2)
    cells *= np.where(able, wanted / np.where(summed > 0, summed, 1.0), 1.0)[..., None, :]
    return np.asarray(np.where(fixed, drawn, cells))


def _make_whole(values: dict[str, float], block: Block) -> None:
    """Scale parts of one whole so that they sum to it again."""
    for drawn in block.drawn_parts:
        total = sum(float(block.spread.value[i]) for i in drawn)
        found = sum(values[block.names[i]] for i in drawn)
        if found > 0:
            for i in drawn:
                values[block.names[i]] *= total / found
