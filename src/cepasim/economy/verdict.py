"""The verdict of history by question: how far the model may be trusted, in words.

`cepasim.calibrate.evidence.verdict` writes the table from the scores; every face quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from string import ascii_lowercase

from cepasim.core.fiscal_year import year_in_words
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import Deferred, current_language, deferred, tr
from cepasim.core.numbers import MINUS
from cepasim.params.parameters import Parameters

TABLE = "history/verdict"
#: Keys of the questions that levers raise: what duties change, what exchange rates change, and what
#: levers change of which history holds no measurement.
DUTIES, EXCHANGE_RATES, UNMEASURED = "duties", "exchange_rates", "unmeasured"

#: An amount, a fiscal year, or a number with its sign.
_NUMBER = re.compile(
    r"US\$ [+−-]?\d+(?:\.\d+)? bn|\b\d{4}-\d{2}\b|(?<![\w.])[+−-]?\d+(?:,\d{3})*(?:\.\d+)?"
)
_YEAR = re.compile(r"\d{4}-\d{2}")
_AMOUNT = re.compile(r"US\$ (.*) bn")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question, and whether the model may answer it; `now` says each part.

    The numbers of the table are values of its sentences, so that a translation holds when they are
    computed again.

    Attributes
    ----------
    asked, answer, why : Deferred
    note : Deferred
        What a result says whose levers raise the question; empty where none does.
    """

    asked: Deferred
    answer: Deferred
    why: Deferred
    note: Deferred


def verdicts(parameters: Parameters) -> Mapping[str, Verdict]:
    """Return the verdict by question, in the order of the table."""
    rows = parameters.table(TABLE)
    return FrozenMapping(
        {
            str(row["question"]): Verdict(
                *(with_numbers(str(row[part])) for part in Verdict.__slots__)
            )
            for row in rows.to_dict("records")
        }
    )


def with_numbers(text: str) -> Deferred:
    """Return a sentence of a table with its numbers as values: a, b, c ... in their order.

    Examples
    --------
    >>> with_numbers("2013-14 to 2018-19: up by 9.87").message
    '{a} to {b}: up by {c}'
    """
    numbers = _NUMBER.findall(text)
    if len(numbers) > len(ascii_lowercase):
        raise ValueError(f"more numbers than letters: {text}")
    names = iter(ascii_lowercase)
    message = _NUMBER.sub(lambda _: f"{{{next(names)}}}", text)
    values = {name: _value(one) for name, one in zip(ascii_lowercase, numbers, strict=False)}
    return deferred(message, **values)


def _value(number: str) -> object:
    """Value of a sentence for a number of it; some ask the language when they are said."""
    if _YEAR.fullmatch(number):
        return partial(year_in_words, number)
    if amount := _AMOUNT.fullmatch(number):
        return partial(_dollars, amount[1])
    return number


def _dollars(bn: str) -> str:
    """Write an amount in US$ billion as the table has it; in Japanese in hundreds of millions."""
    if current_language() != "ja":
        return tr("US$ {number} bn", number=bn)
    decimals = max(len(bn.partition(".")[2]) - 1, 0)
    return f"{10 * float(bn.replace(MINUS, '-')):.{decimals}f}億ドル"
