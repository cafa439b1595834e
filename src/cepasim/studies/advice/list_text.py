"""A list of lines as text for a terminal."""

from __future__ import annotations

import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, separated, tr
from cepasim.core.numbers import conversion, money, unit_mn
from cepasim.report.layout import Cells, amounts, plain_table, wrapped
from cepasim.studies.advice.line_list import LineList
from cepasim.studies.advice.search import LARGE_GAP

#: What is asked for on a line, in a word.
ASKED = {"tariff": mark("tariff"), "origin": mark("origin"), "barrier": mark("barrier")}
_UNKNOWN = mark("rate unknown")
_WIDTH = 38
#: Last row of `LineList.checked`.
_TOGETHER = "all together"


def list_text(lines: LineList, top: int) -> str:
    """First lines of a list, what the model says about them run together, and what to beware of.

    Parameters
    ----------
    lines : LineList
    top : int
        Lines to show.

    Returns
    -------
    str
    """
    if not len(lines):
        return tr("No line meets the conditions.") + "\n"
    shown = lines.top(top)
    checked = shown.checked()
    text = [_counted(lines), _units(lines), "", _table(shown.table), ""]
    text += map(wrapped, [*_gap(checked, lines), *_beware(shown.table)])
    return "\n".join(text) + "\n"


def _counted(lines: LineList) -> str:
    """How many lines there are, and what is asked for on them."""
    counts = lines.table["ask"].value_counts()
    kinds = separated(
        tr("{ask} {n}", ask=tr(ASKED.get(str(ask), _UNKNOWN)), n=f"{n:,}")
        for ask, n in counts.items()
    )
    return tr(
        "Tariff lines to ask {country} for: {n} ({kinds})",
        country=tr(COUNTRY[lines.importer]),
        n=f"{len(lines):,}",
        kinds=kinds,
    )


def _units(lines: LineList) -> str:
    said = tr(
        "{unit} of {price_year}; gain, losses and revenue in {year}; best gain over sensitivity "
        "first.",
        unit=unit_mn(long=True),
        price_year=year_in_words(lines.economy.price_year),
        year=year_in_words(lines.year),
    )
    return paragraph(part for part in (said, conversion()) if part)


def _table(table: pd.DataFrame) -> str:
    rivals = [
        f"{code} {rate:.1f}" if code else ""
        for code, rate in zip(table["best_rival"], table["rival_percent"], strict=True)
    ]
    losses = [
        f"{code} {loss}".strip()
        for code, loss in zip(
            table["loses_most"], amounts(table["loss_rivals_usd_mn"]), strict=True
        )
    ]
    columns = [
        Cells(tr("line"), table["line"].tolist(), words=True),
        Cells(tr("description"), [_shortened(one) for one in table["description"]], words=True),
        Cells(tr("ask"), [tr(ASKED[one]) if one else "" for one in table["ask"]], words=True),
        Cells(tr("rate, %"), [_rate(rate) for rate in table["rate_percent"]]),
        Cells(tr("best rival,\nits rate"), rivals),
        Cells(tr("trade"), amounts(table["trade_usd_mn"])),
        Cells(tr("gain"), amounts(table["gain_usd_mn"])),
        Cells(tr("own\nloss"), amounts(table["loss_domestic_usd_mn"])),
        Cells(tr("rivals' loss,\nmost of it"), losses),
        Cells(tr("revenue"), amounts(table["revenue_usd_mn"], signed=True)),
        Cells(tr("sensi-\ntivity"), [f"{one:.1f}" for one in table["sensitivity"]]),
        Cells(tr("grades"), (table["grade_trade"] + "/" + table["grade_gain"]).tolist()),
    ]
    return plain_table(columns)


def _rate(percent: float) -> str:
    return tr("unknown") if pd.isna(percent) else f"{percent:.1f}"


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…"


def _gap(checked: pd.DataFrame, lines: LineList) -> list[str]:
    """What the model says about the lines shown, each alone and all together."""
    if checked.empty:
        return []
    said = []
    each = checked[checked["line"] != _TOGETHER]
    large = 100 * lines.economy.parameters.value(LARGE_GAP)
    far = each[each["gap_percent"].abs() > large]
    if len(far):
        named = separated(
            tr("{line} {gap} %", line=line, gap=f"{gap:+.0f}")
            for line, gap in far[["line", "gap_percent"]].values
        )
        said.append(
            tr(
                "Run alone, these differ from the list by more than {share} %, since proof of "
                "origin and barriers are eased for whole products: {lines}.",
                share=f"{large:g}",
                lines=named,
            )
        )
    else:
        said.append(
            tr(
                "Run by itself, each line gives what the list says within {share} %.",
                share=f"{large:g}",
            )
        )
    together = checked[checked["line"] == _TOGETHER]
    for _, listed, model, gap in together.itertuples(index=False):
        said.append(
            tr(
                "Together in {year}: {model} in the model, {listed} added up ({gap} %).",
                year=year_in_words(lines.year),
                model=money(model),
                listed=money(listed),
                gap=f"{round(gap, 1) + 0.0:+.1f}",
            )
        )
    return said


def _beware(table: pd.DataFrame) -> list[str]:
    said = [tr("Grades: trade on the line / gain. Sensitivity is a convention of grade D.")]
    ruled = table["basis"].isin(["best line", "not used"]) & (table["gain_usd_mn"] > 0)
    unseen = table[ruled & (table["ask"] == "tariff")]["line"]
    if len(unseen):
        said.append(
            tr(
                "No data show that these lines carry their product's trade: {lines}. Nobody can "
                "claim a preference there, so that the line with the lowest rate is taken (the "
                "best-line rule), and any line of the product has the gain of the product when it "
                "is freed. Ask for all lines of the product: together they have about this gain; "
                "one alone may have none.",
                lines=separated(unseen),
            )
        )
    weak = dict.fromkeys(part for text in table["rests_on"] for part in text.split("; ") if part)
    if weak:
        things = separated(now(one) for one in weak)
        said.append(tr("The gains rest on assumptions of grade D: {things}.", things=things))
    return said
