"""The verdict of history by question: how far the model may be trusted, in words.

`cepasim.calibrate.evidence.verdict` writes the table from the scores; every face quotes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cepasim.core.immutable import FrozenMapping
from cepasim.params.parameters import Parameters

TABLE = "history/verdict"
#: Keys of the questions that levers raise: what duties change, what exchange rates change, and what
#: levers change of which history holds no measurement.
DUTIES, EXCHANGE_RATES, UNMEASURED = "duties", "exchange_rates", "unmeasured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question, and whether the model may answer it.

    Attributes
    ----------
    asked, answer, why : str
    note : str
        What a result says whose levers raise the question; empty where none does.
    """

    asked: str
    answer: str
    why: str
    note: str


def verdicts(parameters: Parameters) -> Mapping[str, Verdict]:
    """Return the verdict by question, in the order of the table."""
    rows = parameters.table(TABLE)
    return FrozenMapping(
        {
            str(row["question"]): Verdict(*(str(row[part]) for part in Verdict.__slots__))
            for row in rows.to_dict("records")
        }
    )
