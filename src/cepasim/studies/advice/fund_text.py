"""How a fund is best divided, as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, now, paragraph, tr
from cepasim.core.numbers import (
    conversion,
    currency_sign,
    mn,
    range_mn,
    unit_bn,
)
from cepasim.levers.words import WINDOWS
from cepasim.report.layout import Cells, amounts, plain_table, wrapped
from cepasim.studies.advice.allocate import FundAllocation
from cepasim.studies.advice.fund_choice import FundChoice

#: Heads of the shares of an industry, here and over the model's alternatives.
_SHARES = {
    "share": mark("this split,\n%"),
    "least": mark("least,\n%"),
    "most": mark("most,\n%"),
}


def fund_text(found: FundAllocation) -> str:
    """The answer in words, and what each industry gets.

    Parameters
    ----------
    found : FundAllocation
    """
    table = found.table
    title = tr(
        "By industry; amounts in {unit}, prices of {price_year}:",
        unit=unit_bn(long=True),
        price_year=year_in_words(found.result.price_year),
    )
    more = tr("one more {currency}\ndoes, {currency}", currency=currency_sign())
    columns = [
        Cells(tr("window"), [tr(WINDOWS[one]) for one in table["window"]], words=True),
        Cells(tr("industry"), [tr(one) for one in table["label"]], words=True),
        Cells(tr("name for --bound"), table["industry"].tolist(), words=True),
        Cells(tr("share,\n%"), [f"{100 * one:.1f}" for one in table["share"]]),
        Cells(tr("amount"), amounts(1000 * table["usd_bn"], size="bn")),
        Cells(tr("equal split,\n%"), [f"{100 * one:.1f}" for one in table["equal_share"]]),
        Cells(more, [f"{one:+.4f}" for one in table["marginal_usd_per_usd"]]),
    ]
    said = [wrapped(found.text), "", title, plain_table(columns), conversion()]
    return "\n".join(said).rstrip() + "\n"


def fund_sure_text(sure: Mapping[str, float], draws: int) -> str:
    """In which share of draws of all figures a split is better than the equal one.

    Parameters
    ----------
    sure : mapping of str to float
        From ``FundAllocation.how_sure``.
    draws : int
    """
    sentences = [
        tr(
            "Better than the equal split in {share} % of {draws} draws of all assumptions, by "
            "{amount} (90 % range {range}).",
            share=f"{100 * sure['better_share']:.0f}",
            draws=f"{draws:,}",
            amount=mn(sure["p50"], signed=True),
            range=range_mn(sure["p5"], sure["p95"]),
        ),
        tr(
            "The split itself does {amount} (90 % range {range}).",
            amount=mn(sure["outcome_p50"], signed=True),
            range=range_mn(sure["outcome_p5"], sure["outcome_p95"]),
        ),
    ]
    return wrapped(paragraph(sentences)) + "\n"


def fund_choice_text(again: FundChoice) -> str:
    """How the fund would be divided under the model's own alternatives.

    Parameters
    ----------
    again : FundChoice
    """
    table = again.industries
    columns = [
        Cells(tr("industry"), [tr(one) for one in table["label"]], words=True),
        *(
            Cells(tr(head), [f"{100 * one:.0f}" for one in table[name]])
            for name, head in _SHARES.items()
        ),
        Cells(
            tr("gets money in,\n% of alternatives"),
            [f"{one:.0f}" for one in table["alternatives_percent"]],
        ),
    ]
    notes = [f"- {now(note)}" for note in again.notes]
    return "\n".join([wrapped(again.text), *notes, "", plain_table(columns)]) + "\n"
