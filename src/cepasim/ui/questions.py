"""The questions people bring, each with the scenario and the page that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cepasim.core.language import mark
from cepasim.levers.words import parts
from cepasim.scenario.scenario import Scenario

Page = Literal["scenario", "compare", "parameters", "assumptions", "evidence", "advice"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, who asks it, and where its answer stands.

    Attributes
    ----------
    key, asked_by, text : str
    answer : str
        Where on the page to look, and what to keep in mind.
    page : {"scenario", "compare", "parameters", "assumptions", "evidence", "advice"}
    scenarios : tuple of str
        Names of what is shown: bundled scenarios or those of `derived`.
    tab : str
        Of the page Advice, as it is in English.
    """

    key: str
    asked_by: str
    text: str
    answer: str
    page: Page
    scenarios: tuple[str, ...] = ()
    tab: str = ""


DELHI, TOKYO, REVIEWER = mark("From Delhi"), mark("From Tokyo"), mark("A reviewer")

QUESTIONS: tuple[Question, ...] = (
    Question(
        "remaining-duties",
        DELHI,
        mark("If Japan drops every duty it still charges us, what do we gain, in which products?"),
        mark(
            "Little: the account of Japan's duty on India's goods says how little there is to "
            "drop. The products are under “Exports that move most”."
        ),
        "scenario",
        ("cepa-remaining-tariffs",),
    ),
    Question(
        "paper-or-port",
        DELHI,
        mark("What is simpler origin paperwork worth, against one less inspection at the port?"),
        mark(
            "Scenarios side by side: proof of origin at lower cost, relief of delay at Japan's "
            "border, and one day less there, as long as an inspection may take."
        ),
        "compare",
        ("origin-in-japan", "border-in-japan", "day-in-japan"),
    ),
    Question(
        "open-cars",
        DELHI,
        mark("If we open cars in return, what does it cost us, when, and who in India feels it?"),
        mark(
            "The path says when; “In India's market” says who. India's duties on vehicles are "
            "removed in equal steps; nothing else changes."
        ),
        "scenario",
        ("open-cars",),
    ),
    Question(
        "how-sure",
        DELHI,
        mark("How sure are you? What would have to be true for this to be wrong?"),
        mark(
            "Each decisive assumption at both ends of its range, with what it does to the answer."
        ),
        "assumptions",
        ("full-package",),
    ),
    Question(
        "request-list",
        DELHI,
        mark("Which hundred lines should be on our request list, and what will Tokyo say to each?"),
        mark(
            "The lines on which India still pays a duty, best gain over sensitivity first. The "
            "columns to the right say who loses and why a line is sensitive."
        ),
        "advice",
        tab=mark("Which lines?"),
    ),
    Question(
        "billion",
        DELHI,
        mark("What would it take to narrow the deficit by a billion? What must we give for it?"),
        mark(
            "Choose a lever, enter the change in India's balance and find the depth that reaches "
            "it. Below, the same for what is given in return."
        ),
        "advice",
        ("full-package",),
        tab=mark("What would it take?"),
    ),
    Question(
        "not-their-rice",
        DELHI,
        mark("Which package narrows the deficit most without touching their rice?"),
        mark(
            "Enter 1006, rice, under “Products nobody touches”, and find the package: each measure "
            "with what it adds."
        ),
        "advice",
        tab=mark("Which package?"),
    ),
    Question(
        "parity",
        DELHI,
        mark("Give us what you gave the EU and Viet Nam: what is that worth?"),
        mark(
            "Scenarios side by side: on every line India pays in Japan what the EU, or Viet Nam, "
            "pays, where that is less."
        ),
        "compare",
        ("parity-eu", "parity-viet-nam"),
    ),
    Question(
        "their-offer",
        DELHI,
        mark("Their offer changed overnight. What changed for us, line by line?"),
        mark(
            "Choose the two offers and compare them: what each side gains, and the lines on which "
            "the duties differ."
        ),
        "advice",
        tab=mark("Two offers"),
    ),
    Question(
        "who-loses-in-japan",
        TOKYO,
        mark("Who loses in Japan: our producers, Viet Nam, China? By how much?"),
        mark("“In Japan's market” says from whom the gain of India's exports is taken."),
        "scenario",
        ("full-package",),
    ),
    Question(
        "treasury",
        TOKYO,
        mark("What does our treasury give up?"),
        mark(
            "“Treasuries and welfare”: the duty Japan collects on India's goods, and the grants of "
            "the fund."
        ),
        "scenario",
        ("full-package",),
    ),
    Question(
        "fund-or-subsidy",
        TOKYO,
        mark(
            "Does the fund bring supply out of China or just subsidise what would have come anyway?"
        ),
        mark(
            "The fund alone: what China loses is under “In Japan's market”; how much is additional "
            "is the assumption of that name, open under “Assumptions”."
        ),
        "scenario",
        ("fund-2bn",),
    ),
    Question(
        "not-seen",
        REVIEWER,
        mark("How well does the model do on 2019–24, years its fit did not see?"),
        mark("The verdict by question, then the path, scores and decomposition."),
        "evidence",
    ),
    Question(
        "unmeasured",
        REVIEWER,
        mark("Which results rest on assumptions nobody has measured?"),
        mark("Every figure of grade D, with its range and its reason."),
        "parameters",
    ),
    Question(
        "where-from",
        REVIEWER,
        mark("Where does this elasticity come from?"),
        mark("Search the figures by name: unit, range, grade and source of each."),
        "parameters",
    ),
)


def derived(bundled: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Return scenarios that single out one part of a bundled one.

    Every figure in them is the bundled scenario's own.
    """
    origin = _narrowed(
        bundled["origin-rules"], mark("Origin paperwork in Japan"), "origin", "JPN", {}
    )
    border = _narrowed(
        bundled["ntb-relief"],
        mark("Less delay at Japan's border"),
        "ntb",
        "JPN",
        {"type": ["border"]},
    )
    cars = _narrowed(
        bundled["cepa-reciprocal"],
        mark("India opens cars and other vehicles"),
        "tariff",
        "IND",
        {"select": {"hs": ["87"]}},
    )
    day = _narrowed(
        bundled["ntb-relief"],
        mark("One day less at Japan's border"),
        "ntb",
        "JPN",
        {"type": ["border"], "relief_percent": None, "days_saved": 1.0},
    )
    return {
        "origin-in-japan": origin,
        "border-in-japan": border,
        "day-in-japan": day,
        "open-cars": cars,
    }


def _narrowed(
    scenario: Scenario, name: str, kind: str, importer: str, changes: Mapping[str, Any]
) -> Scenario:
    """Keep the levers of one kind and importer, with some settings changed or (None) left out."""
    written = scenario.to_dict()
    levers = []
    for lever in written["levers"]:
        found, settings = parts(lever)
        if found == kind and settings.get("importer") == importer:
            changed = {**settings, **changes}
            levers.append({found: {k: v for k, v in changed.items() if v is not None}})
    return Scenario.from_dict({**written, "name": name, "description": "", "levers": levers})
