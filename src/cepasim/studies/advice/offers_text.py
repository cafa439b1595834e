"""Two offers side by side as words: what each table is about, and all of it for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, tr
from cepasim.core.numbers import conversion, unit_mn
from cepasim.economy.economy import Economy
from cepasim.report.layout import Cells, amounts, plain_table, wrapped
from cepasim.studies.advice.offers import OfferComparison

#: Tables of a comparison, by what each is about.
TABLES = {
    "sides": mark("What each side gains and loses"),
    "levers": mark("Measures in both, changed, or in one alone"),
    "lines": mark("Tariff lines on which the duties differ"),
    "losers": mark("Who sells less"),
    "chapters": mark("Trade by chapter"),
}
#: Columns of these tables in words; amounts get their unit where they are shown.
COLUMNS = {
    "side": mark("Side"),
    "item": mark("Item"),
    "lever": mark("Lever"),
    "status": mark("Status"),
    "mine": mark("Mine"),
    "theirs": mark("Theirs"),
    "importer": mark("Importer"),
    "line": mark("Line"),
    "chapter": mark("Chapter"),
    "name": mark("Products"),
    "flow": mark("Flow"),
    "source": mark("Source"),
    "mfn_pct": mark("MFN, %"),
    "reference_pct": mark("Reference, %"),
    "mine_pct": mark("Mine, %"),
    "theirs_pct": mark("Theirs, %"),
    "mine_last_pct": mark("Mine at the end, %"),
    "theirs_last_pct": mark("Theirs at the end, %"),
    "differs_from": mark("Differs from"),
    "mine_usd_mn": mark("Mine"),
    "theirs_usd_mn": mark("Theirs"),
    "theirs_less_mine_usd_mn": mark("Theirs less mine"),
    "mine_loser": mark("Loses most, mine"),
    "mine_loss_usd_mn": mark("Its loss, mine"),
    "theirs_loser": mark("Loses most, theirs"),
    "theirs_loss_usd_mn": mark("Its loss, theirs"),
}
_FLOWS = {
    "export": mark("exports of India"),
    "import": mark("imports of India"),
    "balance": mark("balance"),
}
#: Columns of words, and of codes of countries.
_WORDS = ("side", "item", "lever", "status", "mine", "theirs", "chapter", "name")
_CODES = ("source", "mine_loser", "theirs_loser", "importer")
#: Lines of each table on a terminal; a folder has all.
_SHOWN = 20


def worded(economy: Economy, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a comparison with names for codes, in the language of the moment.

    Parameters
    ----------
    economy : Economy
    table : DataFrame
        One of ``TABLES``.
    """
    asked: dict[str, Callable[[object], object]] = dict.fromkeys(_WORDS, _now)
    asked |= dict.fromkeys(_CODES, partner_named(economy))
    asked["flow"] = lambda flow: tr(_FLOWS[str(flow)])
    asked["differs_from"] = lambda year: year_in_words(str(year))
    found = table.copy()
    for column, say in asked.items():
        if column in found:
            found[column] = pd.Series(list(map(say, table[column])), table.index, dtype=object)
    return found


def partner_named(economy: Economy) -> Callable[[object], str]:
    """Return what names a country, a group or home producers; empty where there is none."""
    partner = economy.classification.partner_name

    def name(code: object) -> str:
        if not isinstance(code, str) or not code:
            return ""
        if code == "domestic":
            return tr("home producers")
        return tr(COUNTRY.get(code) or partner(code))

    return name


def _now(text: object) -> object:
    return now(text) if isinstance(text, str) else text


def offers_text(found: OfferComparison, economy: Economy) -> str:
    """What differs most, and the first lines of every table.

    Parameters
    ----------
    found : OfferComparison
    economy : Economy
        Names of countries.
    """
    unit = tr(
        "Amounts in {unit} of {price_year}, change in {year} against the reference.",
        unit=unit_mn(long=True),
        price_year=year_in_words(economy.price_year),
        year=year_in_words(found.fiscal_year),
    )
    parts = [wrapped(found.text), "", unit, *filter(None, [conversion()])]
    for name, title in TABLES.items():
        table: pd.DataFrame = getattr(found, name)
        if table.empty:
            continue
        shown = worded(economy, table.head(_SHOWN))
        parts += ["", tr(title)]
        if name == "levers":
            parts += _levers(shown)
            continue
        columns = [_cells(str(column), shown[column]) for column in shown]
        parts.append(plain_table(columns))
        if (more := len(table) - _SHOWN) > 0:
            parts.append(tr("… {n} more; --out writes them all", n=f"{more:,}"))
    return "\n".join(parts) + "\n"


def _levers(levers: pd.DataFrame) -> Iterator[str]:
    """Sentences of levers, which are too long for columns."""
    for row in levers.to_dict("records"):
        yield tr("- {lever}: {status}", lever=row["lever"], status=row["status"])
        offers = [("mine", row["mine"]), ("theirs", row["theirs"])]
        if row["mine"] == row["theirs"]:
            yield f"  {row['mine']}"
            continue
        for whose, sentence in offers:
            if sentence:
                yield "  " + tr("{whose}: {what}", whose=tr(COLUMNS[whose]), what=sentence)


def _cells(column: str, values: pd.Series) -> Cells:
    """One column: rates in per cent, amounts in the unit of the moment, words."""
    head = tr(COLUMNS[column]).replace(", ", ",\n").replace("（", "\n（")
    if column.endswith("_usd_mn"):
        texts = amounts(values, signed=True)
    elif column.endswith("_pct"):
        texts = ["?" if pd.isna(one) else f"{one:.1f}" for one in values]
    else:
        return Cells(head, ["" if pd.isna(one) else str(one) for one in values], words=True)
    return Cells(head, texts)
