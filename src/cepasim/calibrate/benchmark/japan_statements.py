"""What is known about sums of Japan's imports: every source as statements on the cells.

Japan Customs' goods by partner hold exactly. The rest is soft, each source with its own error:
chapter totals published for 2023, what exporters report (times a mirror ratio), and what the WTO's
groups say about partners that customs does not list and about the clothing inside a good that also
holds gloves. Floors are what claimed a preference, what one member of the Union reports, and, where
a good is a remainder of many chapters, what went into intermediate use in 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from cepasim.calibrate.benchmark.cells import Array, Statement
from cepasim.calibrate.benchmark.japan_prior import (
    NO_TOTAL,
    UNLISTED,
    GoodsCells,
    customs_by_good,
)
from cepasim.calibrate.benchmark.market_evidence import Figure, MarketEvidence

_COARSE = ("Other food", "Other raw materials", "Other manufactures", "Others")
"""Goods that are remainders of a section: many chapters of several sectors."""
_MEMBER = {"DEU": "EU27"}
"""Exporters that report and are a part of an exporter of the model: a floor of it."""
_CLOTHING, _CLOTHING_GROUP = "Clothing", "clothing"


def japan_statements(
    evidence: MarketEvidence,
    free: GoodsCells,
    exports: Mapping[str, Figure],
    freight: Mapping[str, float],
) -> list[Statement]:
    """Every statement on the cells of Japan's market without India.

    Parameters
    ----------
    evidence : MarketEvidence
        The market evidence.
    free : GoodsCells
        The cells, with their prior.
    exports : mapping of str to Figure
        India's exports to Japan f.o.b. by chapter, US$ mn.
    freight : mapping of str to float
        Freight and insurance to Japan by exporter, share of the f.o.b. value.
    """
    goods = customs_by_good(evidence)
    return [
        *_customs(evidence, free, goods),
        *_chapter_totals(evidence, free, exports, freight, float(goods.to_numpy().sum())),
        *_reported(evidence, free),
        *_floors(evidence, free),
        *_partner_totals(evidence, free, freight),
        *_wto_groups(evidence, free, freight),
        *_clothing(evidence, free, goods),
        *_suppliers(evidence, free),
    ]


def _customs(evidence: MarketEvidence, free: GoodsCells, goods: pd.DataFrame) -> list[Statement]:
    """Japan Customs by partner and good: exact."""
    customs = evidence["japan_customs"][0]
    out = []
    for group, row in goods.drop(index="IND").iterrows():
        members = UNLISTED if group == "UNLISTED" else (str(group),)
        inside = np.isin(free.exporter, members)
        for good, size in row.items():
            weights = (inside & (free.good == good)).astype(float)
            if size > 0 and weights.any():
                out.append(
                    _statement(
                        f"{good} from {'partners not listed' if len(members) > 1 else group}",
                        "customs by partner and good",
                        weights,
                        float(size),
                        0.0,
                        told=customs,
                    )
                )
    return out


def _chapter_totals(
    evidence: MarketEvidence,
    free: GoodsCells,
    exports: Mapping[str, Figure],
    freight: Mapping[str, float],
    world: float,
) -> list[Statement]:
    """Totals of a few chapters, published for 2023, moved with all imports."""
    chapters = {figure.key[0]: figure for figure in evidence["japan_chapter_totals"]}
    factor = world / chapters["total"].value
    sd = evidence.assumption("sd_chapter_total_published")
    return [
        _statement(
            f"chapter {hs}",
            "chapter total of 2023, moved to 2023-24 with all imports",
            (free.hs == hs).astype(float),
            figure.value * factor,
            sd,
            fixed=exports[hs].value * (1 + freight["IND"]),
            told=figure,
        )
        for hs, figure in chapters.items()
        if hs != "total"
    ]


def _reported(evidence: MarketEvidence, free: GoodsCells) -> list[Statement]:
    """What exporters report f.o.b., times the mirror ratio of its group of chapters.

    Exporter and group without a ratio, and no ratio for all other chapters, are left out: what they
    report says too little about what Japan books (Singapore's electrical goods are re-exports).
    """
    ratios = {figure.key: figure for figure in evidence["mirror_ratios"]}
    group_of = {hs: group for group, hs in evidence.values("wto_group_chapters")}
    own = evidence.assumption("sd_reported_exports")
    out = []
    for figure in evidence["japan_reported_exports"]:
        reporter, hs = figure.key
        ratio = ratios.get((reporter, group_of.get(hs, "other"))) or ratios.get((reporter, "other"))
        exporter = _MEMBER.get(reporter, reporter)
        weights = (free.exporter == exporter) & (free.hs == hs)
        if ratio is None or not weights.any():
            continue
        out.append(
            _statement(
                f"chapter {hs} from {reporter}",
                "exporter's report",
                weights.astype(float),
                figure.value * ratio.value,
                float(np.hypot(own, ratio.log_sd)),
                sense="==" if exporter == reporter else ">=",
                told=figure,
            )
        )
    return out


def _floors(evidence: MarketEvidence, free: GoodsCells) -> list[Statement]:
    """What claimed a preference."""
    sd = evidence.assumption("sd_preferential_floor")
    out = []
    for figure in evidence["japan_preferential_floors"]:
        exporter, hs = figure.key
        weights = (free.exporter == exporter) & (free.hs == hs)
        if weights.any():
            out.append(
                _statement(
                    f"chapter {hs} from {exporter}",
                    "preferential imports",
                    weights.astype(float),
                    figure.value,
                    sd,
                    sense=">=",
                    told=figure,
                )
            )
    return out


def _partner_totals(
    evidence: MarketEvidence, free: GoodsCells, freight: Mapping[str, float]
) -> list[Statement]:
    """Totals of partners that Japan Customs does not list."""
    sd = evidence.assumption("sd_partner_total")
    return [
        _statement(
            f"all chapters from {figure.key[0]}",
            "partner total",
            (free.exporter == figure.key[0]).astype(float),
            figure.value * (1 + freight[figure.key[0]]),
            sd,
            told=figure,
        )
        for figure in evidence["japan_unlisted_partners"]
    ]


def _wto_groups(
    evidence: MarketEvidence, free: GoodsCells, freight: Mapping[str, float]
) -> list[Statement]:
    """Groups of 2019 as shares of what a partner sells, moved to its total of 2023-24."""
    now = {f.key[0]: f.value * (1 + freight[f.key[0]]) for f in evidence["japan_unlisted_partners"]}
    then = {f.key[0]: f.value for f in evidence["japan_wto_groups"] if f.key[1] == "all"}
    small, middle, large = (
        evidence.assumption(f"sd_wto_{size}") for size in ("small", "middle", "large")
    )
    from_middle = evidence.assumption("wto_share_middle")
    from_large = evidence.assumption("wto_share_large")
    total_sd = evidence.assumption("sd_partner_total")
    out = []
    for figure in evidence["japan_wto_groups"]:
        exporter, group = figure.key
        if group == "all" or figure.value <= 0:
            continue
        share = figure.value / then[exporter]
        sd = large if share >= from_large else middle if share >= from_middle else small
        weights = _group_weights(evidence, free, group) * (free.exporter == exporter)
        if weights.any():
            out.append(
                _statement(
                    f"{group} from {exporter}",
                    "WTO group of 2019, moved to 2023-24 with the partner's total",
                    weights,
                    share * now[exporter],
                    float(np.hypot(sd, total_sd)),
                    told=replace(figure, grade="B"),
                )
            )
    return out


def _clothing(evidence: MarketEvidence, free: GoodsCells, goods: pd.DataFrame) -> list[Statement]:
    """Part of clothing and accessories that is clothing: the good also holds gloves and hats."""
    out = []
    chapters = _group_weights(evidence, free, _CLOTHING_GROUP)
    for figure in evidence["japan_clothing_share"]:
        exporter = figure.key[0]
        size = figure.value * float(goods.to_dict("index")[exporter][_CLOTHING])
        weights = chapters * ((free.exporter == exporter) & (free.good == _CLOTHING))
        if size > 0 and weights.any():
            out.append(
                _statement(
                    f"clothing in clothing and accessories from {exporter}",
                    "WTO group over customs good, 2017-2019",
                    weights,
                    size,
                    figure.log_sd,
                    told=figure,
                )
            )
    return out


def _suppliers(evidence: MarketEvidence, free: GoodsCells) -> list[Statement]:
    """What Japan bought for intermediate use in 2022, by sector and supplier, as a floor.

    Only for sectors that lie mainly in the remainders of customs, where goods say little about
    chapters. Intermediate use is a part of imports: it says nothing about what households buy.
    """
    part = {
        (hs, sector): weight
        for (_, scheme, hs, sector), weight in evidence.values("chapter_sectors").items()
        if scheme == "icio2022"
    }
    coarse = np.isin(free.good, _COARSE)
    sd, least = evidence.assumption("sd_icio"), evidence.assumption("icio_least")
    out = []
    for figure in evidence["japan_icio_2022"]:
        exporter, sector = figure.key
        inside = np.array([part.get((hs, sector), 0.0) for hs in free.hs])
        mainly = 2 * float((inside * coarse) @ free.value) > float(inside @ free.value)
        weights = inside * (free.exporter == exporter)
        if mainly and figure.value >= least and weights.any():
            out.append(
                _statement(
                    f"{sector} from {exporter}, intermediate use",
                    "input-output suppliers 2022",
                    weights,
                    figure.value,
                    sd,
                    sense=">=",
                    told=figure,
                )
            )
    return out


def _group_weights(evidence: MarketEvidence, free: GoodsCells, group: str) -> Array:
    """Ones for the cells in the chapters of a group of the WTO."""
    chapters = [hs for g, hs in evidence.values("wto_group_chapters") if g == group]
    held = np.isin(free.hs, chapters) & ~np.isin(free.hs, NO_TOTAL)
    return np.asarray(held, dtype=float)


def _statement(
    name: str,
    kind: str,
    weights: Array,
    target: float,
    sd: float,
    *,
    sense: str = "==",
    fixed: float = 0.0,
    told: Figure,
) -> Statement:
    """A statement measured against its own size, with the grade and source of what was read."""
    return Statement(
        name, kind, weights, target, sd, target, sense, fixed, grade=told.grade, source=told.source
    )
