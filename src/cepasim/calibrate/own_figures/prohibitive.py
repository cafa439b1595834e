"""Given trade in products whose duty lets almost nothing through: how much, and which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cepasim.calibrate.own_figures.duties import write_duties
from cepasim.calibrate.own_figures.lists import TradeList, named, trade_lists
from cepasim.calibrate.own_figures.markdown import chapter_named
from cepasim.core.language import separated, tr
from cepasim.core.numbers import mn, share
from cepasim.data.reading import Reading
from cepasim.economy.economy import Economy
from cepasim.params.copying import copy_folder
from cepasim.params.loading import read_parameters
from cepasim.products.levels import chapter_of

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Barred:
    """Trade of the pair in one file that lies on prohibitive duties.

    Attributes
    ----------
    file, importer, exporter : str
    threshold : float
        Rate from which a duty counts as prohibitive (``prohibitive_rate``), a fraction.
    usd_mn : float
        Trade at such duties.
    share : float
        Of what the file gives by product.
    products : tuple of (str, float, float)
        HS6, duty of the base year as a fraction and US$ million; the largest first.
    """

    file: str
    importer: str
    exporter: str
    threshold: float
    usd_mn: float
    share: float
    products: tuple[tuple[str, float, float], ...]


def barred(lists: Sequence[TradeList], economy: Economy) -> Iterator[Barred]:
    """Yield for each list of the pair by product what of it pays a prohibitive duty.

    Parameters
    ----------
    lists : sequence of TradeList
    economy : Economy
        Whose schedules say what is paid.
    """
    threshold = economy.parameters.value("prohibitive_rate")
    for one in lists:
        if not one.of_pair or one.products.empty:
            continue
        schedule = economy.by_chapter.markets[one.importer].schedule
        paid = np.nan_to_num(schedule.product_base(one.exporter))
        duties = dict(zip(schedule.products, paid.tolist(), strict=True))
        rows = [
            (str(hs), duties[str(hs)], float(value))
            for hs, value in one.products.items()
            if value > 0 and duties.get(str(hs), 0.0) >= threshold
        ]
        if not rows:
            continue
        usd_mn = sum(value for *_, value in rows)
        yield Barred(
            file=one.file,
            importer=one.importer,
            exporter=one.exporter,
            threshold=threshold,
            usd_mn=usd_mn,
            share=usd_mn / float(one.products.sum()),
            products=tuple(sorted(rows, key=lambda row: (-row[2], row[0]))),
        )


@contextmanager
def with_duties(economy: Economy, readings: Sequence[Reading]) -> Iterator[Economy]:
    """Give the economy with the duties of files, as an update would put them in.

    Parameters
    ----------
    economy : Economy
    readings : sequence of Reading
        Of any kind; the economy stays as it is where none is of duties.
    """
    duties = [(one, Path(one.file).name) for one in readings if one.understood.kind == "tariffs"]
    if not duties:
        yield economy
        return
    with TemporaryDirectory(prefix="cepasim-") as passing:
        folder = Path(passing) / "params"
        copy_folder(economy.parameters, folder)
        write_duties(folder, duties)
        yield Economy.build(read_parameters(folder))


def prohibitive(reading: Reading, economy: Economy) -> Iterator[str]:
    """Say of one file what of its trade between the pair pays a prohibitive duty.

    Parameters
    ----------
    reading : Reading
        Of trade.
    economy : Economy
        Whose schedules say what is paid.
    """
    name = Path(reading.file).name
    lists, _ = trade_lists(reading, name, economy.parameters, False)
    for one in barred(lists, economy):
        yield tr("note: {text}", text=barred_line(one))


def barred_line(one: Barred) -> str:
    """Say how much trade lies on prohibitive duties, why that matters and where it lies."""
    products = [
        tr(
            "{hs6} in {chapter}, duty {rate} %: {amount}",
            hs6=hs6,
            chapter=chapter_named(chapter_of(hs6)),
            rate=f"{100 * rate:g}",
            amount=mn(value),
        )
        for hs6, rate, value in one.products[:_NAMED]
    ]
    left = len(one.products) - len(products)
    return tr(
        "{file}: {amount} of {trade}, {share} of what is given by product, pays a duty of "
        "{threshold} % or more. Such duties normally let almost nothing through, and results are "
        "very sensitive to trade recorded there: cutting the duty raises it many times over. Codes "
        "to check: {number}; the largest: {products}",
        file=one.file,
        amount=mn(one.usd_mn),
        trade=named(one.importer, one.exporter),
        share=share(one.share),
        threshold=f"{100 * one.threshold:g}",
        number=f"{len(products) + left:,}",
        products=separated(products),
    )
