"""A list of lines as text for a terminal."""

from __future__ import annotations

import pandas as pd

from cepasim.core.numbers import money
from cepasim.studies.advice.line_list import LineList
from cepasim.studies.advice.search import LARGE_GAP

_WIDTH = 38


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
        return "No line meets the conditions.\n"
    shown = lines.top(top)
    checked = shown.checked()
    amounts = f"US$ million of {lines.economy.price_year}; the first of them:"
    text = [f"{lines!r}", amounts, "", _table(shown.table)]
    text += ["", *_gap(checked, lines), *_beware(shown.table)]
    return "\n".join(text) + "\n"


def _table(table: pd.DataFrame) -> str:
    view = pd.DataFrame(
        {
            "line": table["line"],
            "description": table["description"].map(_shortened),
            "ask": table["ask"],
            "rate %": table["rate_percent"].map("{:.1f}".format),
            "best rival": [
                f"{name} {rate:.1f}" if name else ""
                for name, rate in zip(table["best_rival"], table["rival_percent"], strict=True)
            ],
            "trade": table["trade_usd_mn"].map("{:,.1f}".format),
            "gain": table["gain_usd_mn"].map("{:,.1f}".format),
            "own loss": table["loss_domestic_usd_mn"].map("{:,.1f}".format),
            "rivals' loss": [
                f"{loss:,.1f} {name}".strip()
                for loss, name in zip(table["loss_rivals_usd_mn"], table["loses_most"], strict=True)
            ],
            "revenue": table["revenue_usd_mn"].map("{:,.1f}".format),
            "sensitivity": table["sensitivity"].map("{:.1f}".format),
            "grade": table["grade_trade"] + "/" + table["grade_gain"],
        }
    )
    return view.to_string(index=False)


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…"


def _gap(checked: pd.DataFrame, lines: LineList) -> list[str]:
    """What the model says about the lines shown, each alone and all together."""
    if checked.empty:
        return []
    said = []
    each = checked[checked["line"] != "all together"]
    large = 100 * lines.economy.parameters.value(LARGE_GAP)
    far = each[each["gap_percent"].abs() > large]
    if len(far):
        named = ", ".join(
            f"{line} {gap:+.0f} %" for line, gap in far[["line", "gap_percent"]].values
        )
        said.append(
            f"Run alone, these differ from the list by more than {large:g} %, since proof of "
            f"origin and barriers are eased for whole products: {named}."
        )
    else:
        said.append(f"Run alone, each line gives what the list says within {large:g} %.")
    together = checked[checked["line"] == "all together"]
    for _, listed, model, gap in together.itertuples(index=False):
        said.append(
            f"Together in {lines.year}: {money(model)} in the model, {money(listed)} added up "
            f"({gap:+.1f} %)."
        )
    return said


def _beware(table: pd.DataFrame) -> list[str]:
    said = ["Grades: trade on the line / gain. Sensitivity is a convention of grade D."]
    ruled = table["basis"].isin(["best line", "not used"]) & (table["gain_usd_mn"] > 0)
    unseen = table[ruled & (table["ask"] == "tariff")]["line"]
    if len(unseen):
        said.append(
            f"No data show that these lines carry their product's trade: {', '.join(unseen)}. "
            "Nobody can claim a preference there, so that the line with the lowest rate is taken "
            "(the best-line rule), and any line of the product has the gain of the product when it "
            "is freed. Ask for all lines of the product: together they have about this gain; one "
            "alone may have none."
        )
    weak = dict.fromkeys(part for text in table["rests_on"] for part in text.split("; ") if part)
    if weak:
        said.append(f"The gains rest on these of grade D: {', '.join(weak)}.")
    return said
