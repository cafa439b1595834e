"""Which levers act where: of a kind, a narrower one takes the place of a broader one.

The narrower lever chooses fewer tariff lines (products, for a lever that acts on products); with
equally many, it acts on fewer flows; else it is the later in the file. What two levers share
belongs to the narrower alone, in all years; the broader keeps the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

import numpy as np

from cepasim.core.language import ntr, tr
from cepasim.economy.economy import Economy
from cepasim.levers.lever import Lever
from cepasim.levers.measure import Measure
from cepasim.levers.said import Said
from cepasim.levers.timing import Years
from cepasim.products.classification import Classification


def measures(
    economy: Economy, levers: Iterable[Lever], years: Years, staged: bool = True
) -> dict[str, tuple[Measure, ...]]:
    """Resolve levers in every market they reach.

    Parameters
    ----------
    economy : Economy
    levers : iterable of Lever
        Those that change nothing, such as a cut of 0 percent, act nowhere but keep what they
        choose from broader ones: a market they alone are about is the reference itself, to the
        last digit.
    years : ndarray of int, shape (Y,)
    staged : bool, optional
        False puts all of every lever in force at once (comparative statics).

    Returns
    -------
    dict of importer to tuple of Measure
    """
    every = tuple(levers)
    found = {}
    for importer, market in economy.markets.items():
        here = [
            Measure(lever, market, economy.classification, years, staged)
            for lever in every
            if importer in lever.importers
        ]
        found[importer] = tuple(one for one in _apart(here) if not one.asked.is_idle)
    return found


def _apart(found: Sequence[Measure]) -> Iterator[Measure]:
    """Measures of one market, each on what no narrower one of its kind chooses."""
    flows: defaultdict[tuple[str, Hashable], list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        if one.asked.gives_way and one.asked.selects():
            for target in one.asked.targets:
                flows[one.asked.kind, target].append(place)
    narrower: defaultdict[int, dict[Hashable, tuple[int, ...]]] = defaultdict(dict)
    for (_, target), places in flows.items():
        for place, others in _taken_by(found, places) if len(places) > 1 else ():
            narrower[place][target] = others
    for place, one in enumerate(found):
        if place not in narrower:
            yield one
            continue
        # Targets on which it gives way to the same others stay together.
        groups: defaultdict[tuple[int, ...], list[Hashable]] = defaultdict(list)
        for target in one.asked.targets:
            groups[narrower[place].get(target, ())].append(target)
        for others, targets in groups.items():
            split = None if len(groups) == 1 else tuple(targets)
            rest = Measure(
                one.asked,
                one.market,
                one.classification,
                one.years,
                one.staged,
                tuple(found[other] for other in others),
                split,
            )
            if rest.mask.any():
                yield rest


def _taken_by(
    found: Sequence[Measure], places: Sequence[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Measures that share something with a narrower one, and with which."""
    masks = {place: found[place].own_mask for place in places}
    size = {
        place: (int(masks[place].sum()), len(found[place].asked.targets), -place)
        for place in places
    }
    owner = np.full(len(masks[places[0]]), -1, dtype=np.int64)
    for place in sorted(places, key=size.__getitem__):
        mine = masks[place]
        others = np.unique(owner[mine & (owner >= 0)])
        if others.size:
            yield place, tuple(others.tolist())
        owner[mine & (owner < 0)] = place


def notes_on_precedence(found: Iterable[Measure], classification: Classification) -> Iterator[str]:
    """Say which lever counts where two of a kind choose the same products."""
    for broad in found:
        for narrow in broad.gives_way_to:
            shared = int((broad.own_mask & narrow.own_mask).sum())
            number = f"{shared:,}"
            if broad.asked.by_line:
                where = ntr("{number} line", "{number} lines", shared, number=number)
            else:
                where = ntr("{number} product", "{number} products", shared, number=number)
            text = tr(
                "{lever}: where two levers choose the same products, the one with fewer of them "
                'counts, in all years. On {where} "{narrow}" takes the place of "{broad}"',
                lever=tr(broad.asked.title),
                where=where,
                narrow=narrow.asked.clause(classification),
                broad=broad.asked.clause(classification),
            )
            yield Said(text, broad.about_part(broad.own_products & narrow.own_products))
