"""Numbers and names as the evidence writes them."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from cepasim.calibrate.backcast.history import LAST_FITTED, START
from cepasim.core.fiscal_year import format_fiscal_year

#: Flows inside a sentence, and as the head of a chart.
FLOW_WORDS = {"export": "exports", "import": "imports", "balance": "balance"}
HEADS = {"export": "Exports", "import": "Imports", "balance": "Balance"}
#: Place of the first judged year on an axis that begins with the start year.
FIRST_JUDGED = LAST_FITTED + 1 - START
BILLION = 1000.0


def percent(share: float) -> str:
    """Write a share in percent."""
    return "n/a" if math.isnan(share) else f"{100 * share:.0f} %"


def signed_percent(share: float) -> str:
    """Write a share in percent with its sign."""
    return f"{plain_zero(f'{100 * share:+.0f}')} %"


def billions(usd_mn: float) -> str:
    """Write an amount in US$ billion; nothing where it is missing."""
    return "" if math.isnan(usd_mn) else plain_zero(f"{usd_mn / 1000:.2f}")


def usd_bn(usd_mn: float) -> str:
    """Write an amount in US$ billion with its unit; a sign stays with its number."""
    return f"US$ {billions(usd_mn)} bn"


def score_in_words(name: str) -> str:
    """Say what a score measures that the files of bounds name in short.

    Examples
    --------
    >>> score_in_words("import_wape")
    'imports: mean miss (WAPE)'
    >>> score_in_words("import_u_no_change_2013-14")
    "imports: Theil's U against no change since 2013-14"
    """
    if name in _SCORES:
        return _SCORES[name]
    flow, _, rest = name.partition("_")
    simple = rest.removeprefix("u_no_change_")
    if simple != rest:
        return f"{FLOW_WORDS[flow]}: Theil's U against no change since {simple}"
    return f"{FLOW_WORDS[flow]}: {_MEASURES.get(rest, rest)}"


_MEASURES = {
    "wape": "mean miss (WAPE)",
    "bias": "bias",
    "section": "mean miss of sections",
    "chapter": "mean miss of chapters",
    "chapter_ratio": "chapters",
}
_SCORES = {
    "share_inside": "cells inside the band",
    "width_ratio": "width of the band over that of the first model",
    "total_share_inside": "totals inside the fan",
    "chapter_share_inside": "chapters inside the fan",
}


def plain_zero(number: str) -> str:
    """Drop the sign of a number that rounds to nothing."""
    return number.lstrip("+-") if re.fullmatch(r"[+-]0(\.0+)?", number) else number


def label(year: int) -> str:
    """Write a fiscal year."""
    return format_fiscal_year(year)


def short(text: str, most: int = 25) -> str:
    """Cut a name that is too long."""
    return text if len(text) <= most else text[: most - 1].rstrip(" ,") + "…"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as mappings by column."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
