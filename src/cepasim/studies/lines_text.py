"""Tariff lines that were looked up, as text for a terminal."""

from __future__ import annotations

import pandas as pd

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, separated, tr
from cepasim.core.numbers import conversion, millions, unit_mn
from cepasim.report.layout import Cells, plain_table, wrapped
from cepasim.studies.tariff_lines import STANDING, TariffLines

#: Whether a cut counts in the model, in a word.
COUNTED = {"yes": mark("yes"), "part": mark("part"), "no": mark("no")}
_WIDTH = 44


def lines_text(lines: TariffLines, found: pd.DataFrame, top: int) -> str:
    """First of the lines found: rates, rivals, trade, and whether a cut counts.

    Parameters
    ----------
    lines : TariffLines
    found : DataFrame
        Rows of its table.
    top : int
        Lines to show.
    """
    head = tr(
        "{found} of {all} lines, best match first, then most trade; trade in {unit} of "
        "{price_year}, rates in %",
        found=f"{len(found):,}",
        all=f"{len(lines):,}",
        unit=unit_mn(long=True),
        price_year=year_in_words(lines.economy.price_year),
    )
    parts = [head, *filter(None, [conversion()])]
    if not len(found):
        return "\n".join(parts) + "\n"
    shown = found.head(top)
    rivals = [
        f"{code} {rate:.1f}" if code else ""
        for code, rate in zip(shown["best_rival"], shown["rival_percent"], strict=True)
    ]
    standing = [tr(STANDING[one]) if one in STANDING else "" for one in shown["category"]]
    columns = [
        Cells(tr("line"), shown["line"].tolist(), words=True),
        Cells(tr("description"), [_shortened(one) for one in shown["description"]], words=True),
        Cells(tr("rate"), list(map(_rate, shown["rate_percent"]))),
        Cells(tr("MFN rate"), list(map(_rate, shown["mfn_percent"]))),
        Cells(tr("best rival,\nits rate"), rivals),
        Cells(tr("trade"), list(map(millions, shown["trade_usd_mn"]))),
        Cells(tr("under the CEPA"), standing, words=True),
        Cells(tr("counted"), [tr(COUNTED[one]) for one in shown["counted"]], words=True),
    ]
    parts += ["", plain_table(columns)]
    noted = shown[shown["why"] != ""]
    for why in dict.fromkeys(noted["why"]):
        codes = separated(noted["line"][noted["why"] == why])
        parts.append(wrapped(tr("{codes}: {why}", codes=codes, why=now(why))))
    return "\n".join(parts) + "\n"


def _rate(percent: float) -> str:
    return "?" if pd.isna(percent) else f"{percent:.1f}"


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…"
