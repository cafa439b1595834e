"""What every lever is: its settings, what it acts on, what it moves, and what is said about it.

A lever is one class in one file, which holds all that is known about it: what a scenario file may
say, what it overlaps with, what it does to arrays, what a reader must know, its sentence, and an
example of each form with the signs of its effects. All others walk the classes of ``every``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import PAIR
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year, year_in_words
from cepasim.core.language import mark, tr
from cepasim.core.problems import closest
from cepasim.economy.verdict import UNMEASURED
from cepasim.levers.fields import Frozen, Select, Start, as_plain
from cepasim.levers.timing import Years, phase_in
from cepasim.levers.words import in_a_sentence
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint, Selection

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.economy.schedule import TariffSchedule
    from cepasim.params.parameters import Parameters

Complain = Callable[[tuple[str | int, ...], object, str], None]


class Quantity(StrEnum):
    """What levers can move in a market. An engine names those it cannot express, and why."""

    WEDGE = mark("landed wedge")
    QUOTA = mark("quota regime")
    CAPACITY = mark("capacity")
    REDIRECTION = mark("exports redirected from a third market")
    COST = mark("unit costs")
    DEMAND = mark("demand")
    PURCHASES = mark("purchases at unchanged prices")


@dataclass(frozen=True, slots=True)
class Example:
    """One form of a lever as a scenario file has it, and the signs of what it does.

    Attributes
    ----------
    form : str
        Name of the form, unique within its kind.
    settings : mapping
        As under the lever's kind in a file.
    signs : str
        Of the change in exports, imports, balance, duty of Japan on India and duty of India on
        Japan in comparative statics: ``+``, ``-``, ``0`` (not a cent) or ``?`` (theory is silent).
    why : str
        The reason, for people.
    """

    form: str
    settings: Mapping[str, Any]
    signs: str
    why: str


def buyers_substitute() -> tuple[str, str]:
    """What levers rest on that change what one source costs: see `Lever.rests_on`."""
    return "sigma_import_", tr("how readily buyers change between sources")


class Lever(Frozen):
    """What all levers have: a kind, a start, and what is said about them.

    Attributes
    ----------
    start : str
        First fiscal year in force.
    """

    #: Key of a scenario file.
    kind: ClassVar[str]
    #: What people read, the same in every table, page and note.
    title: ClassVar[str]
    #: Whether ``select`` may narrow to a category of tariff lines, and name single lines.
    by_line: ClassVar[bool] = False
    #: Whether a narrower lever of its kind takes its place on what they share; else none may share.
    gives_way: ClassVar[bool] = True
    #: Whether its notes look at all levers of the kind on a flow together, not at each.
    read_together: ClassVar[bool] = False
    #: Settings that say how far it goes, by the names of its fields; the one that is set counts.
    sizes: ClassVar[tuple[str, ...]] = ()
    #: What two levers that act on the same flow share, for the message about them.
    meeting: ClassVar[str] = mark("flow")
    #: How parameters begin by name that a run reads for levers of this kind only.
    reads: ClassVar[tuple[str, ...]] = ()
    #: Whether the two sides can agree on it; else it is what happens around them.
    negotiable: ClassVar[bool] = True
    #: Question of `economy.verdict` that it raises.
    question: ClassVar[str] = UNMEASURED

    start: Start

    # -- what it acts on ---------------------------------------------------------------------

    @property
    def targets(self) -> tuple[Hashable, ...]:
        """Flows it acts on, products aside: levers of a kind that share one may not overlap."""
        raise NotImplementedError

    @property
    def importers(self) -> tuple[str, ...]:
        """Markets it reaches."""
        return PAIR

    @property
    def side(self) -> str:
        """Importer whose rules it changes; empty where it changes none's."""
        return ""

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Quantities it moves, the one that matters most first."""
        raise NotImplementedError

    @property
    def rests_on(self) -> tuple[str, str]:
        """What decides the size of its effect: how parameters begin by name, and the words."""
        return "epsilon_supply_ind_jpn", tr("how much more India's producers can supply")

    def concerns(self, source: str) -> bool:
        """Whether it moves what one source meets in the markets it reaches."""
        return True

    def own_markets(self, classification: Classification) -> tuple[str, ...]:
        """Codes of products that must be markets of their own for it to mean what it says."""
        return ()

    @property
    def steps(self) -> int:
        """Equal annual steps in which it comes into force."""
        return int(getattr(self, "years", 1))

    @property
    def complete(self) -> str:
        """First fiscal year in which all of it is in force; what it moves adjusts for longer."""
        return format_fiscal_year(parse_fiscal_year(self.start) + self.steps - 1)

    @property
    def last(self) -> str | None:
        """Last fiscal year in force; None where it does not end."""
        return getattr(self, "end", None)

    def in_force(self, years: Years, part: Ints | None) -> Floats:
        """Share of it that is in force in each year of a path, shape (Y, 1) or (Y, N).

        Parameters
        ----------
        years : ndarray of int, shape (Y,)
        part : ndarray of int, shape (N,), or None
            From `parts`.
        """
        share = phase_in(years, parse_fiscal_year(self.start), self.steps)
        if self.last is not None:
            share = share * (years <= parse_fiscal_year(self.last))
        return share[:, None]

    def parts(self, classification: Classification, schedule: TariffSchedule) -> Ints | None:
        """Which of its parts each tariff line belongs to, shape (N,); None where it has none."""
        return None

    def settled(self, rates_at_start: Callable[[], Floats]) -> Lever:
        """Return the lever with what only the data of its market decide filled in.

        Parameters
        ----------
        rates_at_start : callable
            Gives the rates of the lines it acts on when it begins, fractions.
        """
        return self

    def only_on(self, targets: Sequence[Hashable]) -> Lever:
        """Return what it does on some of its targets."""
        return self

    @property
    def adds_capacity(self) -> str:
        """How it adds capacity to India's exports, in words; empty where it does not."""
        return ""

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Sources whose scheduled rates decide what it does."""
        return ()

    @property
    def distinguishes(self) -> Hashable:
        """What makes it tell lines apart besides the products it selects."""
        return self.looks_at

    @property
    def no_welfare(self) -> tuple[str, ...]:
        """Countries of the pair for which no welfare is claimed while it is in force."""
        return ()

    @property
    def why_no_welfare(self) -> str:
        """Why none is, in words that go on after a colon."""
        return ""

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing at all, as a cut of 0 percent."""
        return False

    @classmethod
    def selects(cls) -> bool:
        """Whether it is about a selection of products."""
        return "select" in cls.model_fields

    @property
    def selected(self) -> Select | None:
        """Products it is about, as written; None where it is about none in particular."""
        return getattr(self, "select", None)

    @property
    def chosen_by(self) -> str:
        """Setting that says which products it is about."""
        return "select"

    # -- reading and writing -----------------------------------------------------------------

    @classmethod
    def filled_in(
        cls, settings: Mapping[str, Any], parameters: Parameters | None, complain: Complain
    ) -> Mapping[str, Any]:
        """Settings with what a file may leave to the parameters, such as a preset."""
        return settings

    @classmethod
    def codes(
        cls, settings: Mapping[str, Any], classification: Classification
    ) -> Mapping[str, tuple[str, ...]]:
        """Settings that name a country or group, and the codes each may have."""
        return {}

    @classmethod
    def check_settings(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        """Check codes and selection, even where the rest of the lever is wrong.

        Returns
        -------
        Selection or None
            What it selects; None where it selects nothing or the selection is wrong.
        """
        for field, allowed in cls.codes(settings, classification).items():
            code = settings.get(field)
            # A source that is the importer itself is the business of the lever's own rules.
            if isinstance(code, str) and code not in (*allowed, settings.get("importer")):
                meant, named = closest(code, allowed), ", ".join(allowed)
                text = tr("unknown here{meant}; allowed: {allowed}", meant=meant, allowed=named)
                complain((field,), code, text)
        return cls._check_selection(settings, classification, complain)

    @classmethod
    def _check_selection(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        written = settings.get("select")
        if not isinstance(written, Mapping):
            default = cls.model_fields["select"].default if cls.selects() else None
            if "select" in settings or not isinstance(default, Mapping):
                return None
            return classification.select(default)
        selection, complaints = classification.check(written)
        for complaint in complaints:
            complain(("select", *complaint.path), complaint.value, complaint.allowed)
        if selection is None or cls.by_line:
            return selection
        if selection.category is not None:
            text = tr("leave it out: categories are of tariff lines, only a tariff lever has one")
            complain(("select", "category"), selection.category, text)
        if selection.lines:
            text = tr(
                "codes of at most 6 digits: only tariffs are known by tariff line, and a lever "
                "on one line would act on the whole of its HS6 product"
            )
            complain(("select",), ", ".join(selection.lines), text)
        return selection

    def as_written(self) -> dict[str, Any]:
        """Return the lever as a scenario file has it, with every default filled in."""
        fields = type(self).model_fields
        return {
            self.kind: {
                fields[name].alias or name: as_plain(getattr(self, name))
                for name in sorted(fields, key=("start", "years").__contains__)
                if getattr(self, name) is not None
            }
        }

    # -- what is said about it ---------------------------------------------------------------

    def said(self) -> str:
        """Return what levers of its kind are called, as in the middle of a sentence."""
        return in_a_sentence(tr(self.title))

    def sentence(self, classification: Classification) -> str:
        """What it does, as the middle of a sentence: no capital, no time, no full stop."""
        raise NotImplementedError

    def when(self) -> str:
        """Its time, as the end of a sentence."""
        start, last = year_in_words(self.start), year_in_words(self.last or "")
        if self.last is None and self.steps == 1:
            return tr("from {start}", start=start)
        if self.last is None:
            return tr("from {start} in {steps} equal steps", start=start, steps=self.steps)
        if self.steps == 1:
            return tr("from {start} to {last}", start=start, last=last)
        return tr(
            "from {start} to {last} in {steps} equal steps",
            start=start,
            last=last,
            steps=self.steps,
        )

    def named(self, classification: Classification) -> str:
        """Which lever it is, and whose on whom, for messages: "tariff lever of Japan for India"."""
        return tr("{kind} levers", kind=self.kind)

    def clause(self, classification: Classification) -> str:
        """What it does and when, with a capital and without a full stop."""
        said = tr("{what}, {when}", what=self.sentence(classification), when=self.when())
        return f"{said[:1].upper()}{said[1:]}"

    def in_words(self, classification: Classification) -> str:
        """What it does in one sentence."""
        return tr("{clause}.", clause=self.clause(classification))

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """What it asks for that these data do not have, such as an unknown tariff line."""
        return ()

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Any]) -> Iterable[str]:
        """Where levers of this kind that act on one flow do nothing, and what is assumed."""
        return ()

    @classmethod
    def notes_on_kind(cls) -> Iterable[str]:
        """What a reader must know wherever there is a lever of this kind."""
        return ()

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Every form it has, each with the signs of its effects."""
        raise NotImplementedError
