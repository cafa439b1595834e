"""The tariff lever: rates of selected lines by a formula, in phases, or by a table of lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from cepasim.core.arrays import Floats, Ints
from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import format_fiscal_year, parse_fiscal_year, year_in_words
from cepasim.core.language import mark, tr
from cepasim.economy.economy import Economy
from cepasim.economy.schedule import TariffSchedule
from cepasim.levers.codes import sources_of
from cepasim.levers.cuts import CUTS_TEXT, Cut, Phase, Row, after_cut, by_formula, swiss_coefficient
from cepasim.levers.fields import (
    SELECT_TEXT,
    End,
    Select,
    Selected,
    Years,
    ends_after_it_starts,
    fault,
)
from cepasim.levers.lever import Complain, Example
from cepasim.levers.measure import Acting, Measure
from cepasim.levers.rates import RateLever
from cepasim.levers.table import row_of_line, rows_in_words
from cepasim.levers.tariff_examples import TARIFF_EXAMPLES
from cepasim.levers.tariff_notes import tariff_notes, unreachable
from cepasim.levers.timing import Years as YearsOf
from cepasim.levers.timing import phase_in
from cepasim.levers.words import country_in_words, goods_in_words, listed, number_in_words
from cepasim.params.described import bundled_base_year
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint, Selection

_PHASES_TEXT = mark("a list of {cut, start, years}, in the order of their years")
_ROWS_TEXT = mark("a list of {hs, cut, start, years}")
#: What an importer does, by formula.
_DONE = {
    "eliminate": mark("eliminates its duties"),
    "percent": mark("cuts its duties by {percent} %"),
    "cap": mark("caps its duties at {percent} %"),
    "rate": mark("sets its duties to {percent} %"),
    "swiss": mark("cuts its duties by a Swiss formula with coefficient {percent}"),
    "swiss_average": mark(
        "cuts its duties by the Swiss formula that leaves {percent} % on average"
    ),
}


class TariffLever(RateLever):
    """Change the preferential rate on selected lines by a formula, in equal annual cuts.

    Several ``phases`` on the same lines are one schedule; each formula is of the rate without the
    lever. ``rows`` gives every line a formula and years of its own: a file names a table of them,
    ``schedule``, which is read once and kept. After ``end`` the rate is what it would have been.
    """

    kind: ClassVar[str] = "tariff"
    title: ClassVar[str] = mark("Duties")
    sizes: ClassVar[tuple[str, ...]] = ("cut",)

    select: Selected | None = Field(default=None, description=SELECT_TEXT)  # type: ignore[assignment]
    cut: Annotated[Cut, Field(description=CUTS_TEXT)] | None = None
    phases: tuple[Phase, ...] | None = Field(default=None, description=_PHASES_TEXT, min_length=1)
    schedule: str | None = Field(default=None, strict=True, description=mark("the name of a table"))
    sha256: str | None = Field(default=None, strict=True, description=mark("digest of the table"))
    rows: tuple[Row, ...] | None = Field(default=None, description=_ROWS_TEXT, min_length=1)
    years: Years = 1
    end: End | None = None

    @model_validator(mode="before")
    @classmethod
    def _begins(cls, given: Any) -> Any:
        """Take the start from phases or rows where they have one."""
        if not isinstance(given, Mapping) or "start" in given:
            return given
        several = given.get("phases") or given.get("rows")
        entries = several if isinstance(several, list | tuple) else ()
        starts = [
            entry.start if isinstance(entry, Phase) else entry.get("start")
            for entry in entries
            if isinstance(entry, Phase | Mapping)
        ]
        known = [start for start in starts if isinstance(start, str)]
        # A phase without a start is what is wrong then, not the lever.
        first = min(known, default=bundled_base_year().following)
        return {**given, "start": first} if entries else given

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [name for name in ("cut", "phases", "rows") if getattr(self, name) is not None]
        if len(forms) != 1:
            raise fault(tr("cut: one of cut, phases and schedule (or its rows)"))
        if self.rows is None and self.select is None:
            raise fault(f"select: {tr(SELECT_TEXT)}")
        if self.rows is not None and self.select is not None:
            raise fault(tr("select: left out; a schedule has its own codes"))
        return ends_after_it_starts(self)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Phases follow each other; no code stands in two rows."""
        for one, other in zip(self.phases or (), (self.phases or ())[1:], strict=False):
            done = parse_fiscal_year(one.start) + one.years - 1
            if parse_fiscal_year(other.start) <= done:
                said = tr(
                    "phases: one after the other; the phase of {later} begins before that of "
                    "{earlier} is done ({done})",
                    later=other.start,
                    earlier=one.start,
                    done=format_fiscal_year(done),
                )
                raise fault(said)
        if any(row.cut.formula in ("match", "swiss_average") for row in self.rows or ()):
            raise fault(tr("rows: a formula of the line alone, not match or swiss_average"))
        codes = [code for row in self.rows or () for code in row.hs]
        if len(set(codes)) < len(codes):
            twice = sorted({code for code in codes if codes.count(code) > 1})
            raise fault(tr("rows: each code once; twice: {codes}", codes=listed(twice)))
        return self

    @model_validator(mode="after")
    def _other_rival(self) -> Self:
        for rival in self.looks_at:
            if rival in (self.source, self.importer):
                raise fault(tr("cut: match a source other than {source}", source=self.source))
        return self

    # -- what it acts on, and when -----------------------------------------------------------

    @property
    def stages(self) -> tuple[Phase, ...]:
        """Its phases; a single cut is one."""
        if self.cut is None:
            return self.phases or self.rows or ()
        return (Phase.single(self.cut, self.start, self.years),)

    @cached_property
    def selected(self) -> Select | None:
        """Its selection, or the codes of its table."""
        if self.rows is None:
            return self.select
        return Select({"hs": tuple(code for row in self.rows for code in row.hs)})

    @property
    def chosen_by(self) -> str:
        """Setting that says which products it is about."""
        return "select" if self.rows is None else "rows"

    @property
    def looks_at(self) -> tuple[str, ...]:
        """Rivals whose rates it matches."""
        cuts = [phase.cut for phase in (*(self.phases or ()), *(self.rows or ()))]
        cuts += [] if self.cut is None else [self.cut]
        return tuple(dict.fromkeys(cut.rival for cut in cuts if cut.rival is not None))

    @cached_property
    def distinguishes(self) -> Hashable:
        """Rivals it looks at, and the rows of its table."""
        rows = None
        if self.rows is not None:
            text = json.dumps([row.as_written() for row in self.rows])
            rows = hashlib.sha256(text.encode()).hexdigest()
        return self.looks_at, rows

    @property
    def is_idle(self) -> bool:
        """Cuts of 0 percent."""
        return all(stage.cut.is_idle for stage in self.stages)

    def parts(self, classification: Classification, schedule: TariffSchedule) -> Ints | None:
        """Row of the table that each line belongs to: the one with the longest code."""
        if self.rows is None:
            return None
        key = ("rows", self.distinguishes)
        if key not in schedule.known:
            schedule.known[key] = row_of_line(self.rows, classification, schedule)
        return np.asarray(schedule.known[key])

    @property
    def complete(self) -> str:
        """Year in which the last of its phases is in force in full."""
        return format_fiscal_year(
            max(parse_fiscal_year(one.start) + one.years - 1 for one in self.stages)
        )

    def in_force(self, years: YearsOf, part: Ints | None) -> Floats:
        """Part of all its phases that is in force; of a table, line by line."""
        done = np.stack([self._done(stage, years) for stage in self.stages], axis=1)
        if part is None:
            return np.asarray(done.mean(axis=1, keepdims=True))
        return np.asarray(done[:, part] * (part >= 0))

    def _done(self, stage: Phase, years: YearsOf) -> Floats:
        """Share of a phase that is in force in each year, shape (Y,)."""
        share = phase_in(years, parse_fiscal_year(stage.start), stage.years)
        if self.end is not None:
            share = share * (years <= parse_fiscal_year(self.end))
        return np.asarray(share)

    # -- what it does to arrays --------------------------------------------------------------

    def settled(self, rates_at_start: Any) -> TariffLever:
        """Find the Swiss coefficient that gives the average asked for."""
        if not any(stage.cut.formula == "swiss_average" for stage in self.stages):
            return self
        rates = rates_at_start()

        def solved(cut: Cut) -> Cut:
            if cut.formula != "swiss_average":
                return cut
            found = swiss_coefficient(rates, cut.percent / 100)
            if found is None:
                return Cut(formula="percent", percent=0)
            return Cut.model_construct(formula="swiss", percent=100 * found, rival=None)

        if self.cut is not None:
            return self.model_copy(update={"cut": solved(self.cut)})
        phases = tuple(one.model_copy(update={"cut": solved(one.cut)}) for one in self.stages)
        return self.model_copy(update={"phases": phases})

    def rates(self, before: Floats, mfn: Floats, acting: Acting) -> Floats:
        """Rates phase by phase, or row by row; never above the MFN rate."""
        if self.rows is not None:
            return before + acting.share * (self._by_row(before, mfn, acting) - before)
        if self.phases is None:
            [stage] = self.stages
            return before + acting.share * (self._final(stage.cut, before, mfn, acting) - before)
        years = acting.measure.years[acting.rows]
        rates = before
        for stage in self.stages:
            done = self._done(stage, years)[:, None] if acting.measure.staged else 1.0
            rates = rates + done * (self._final(stage.cut, before, mfn, acting) - rates)
        return rates

    def _final(self, cut: Cut, before: Floats, mfn: Floats, acting: Acting) -> Floats:
        if cut.rival is not None:
            # A line without a known rate of its own stays without one.
            return np.fmin(before, acting.scheduled(cut.rival)) + 0.0 * before
        return np.fmin(after_cut(before, cut), mfn)

    def _by_row(self, before: Floats, mfn: Floats, acting: Acting) -> Floats:
        assert self.rows is not None and acting.measure.part is not None
        row = acting.measure.part[acting.lines]
        formula = np.array([one.cut.formula for one in self.rows])[row]
        size = np.array([one.cut.percent / 100 for one in self.rows])[row]
        final = np.array(before)
        for name in np.unique(formula).tolist():
            chosen = formula == name
            final[:, chosen] = by_formula(before[:, chosen], name, size[chosen])
        return np.fmin(final, mfn)

    # -- what a file may say, and what is said about it --------------------------------------

    @classmethod
    def check_settings(
        cls, settings: Mapping[str, Any], classification: Classification, complain: Complain
    ) -> Selection | None:
        """Check the rivals that are matched and the codes of a table as well."""
        known = sources_of(settings, classification)
        for path, cut in _cuts_of(settings):
            rival = cut.get("match") if isinstance(cut, Mapping) else None
            if isinstance(rival, str) and rival not in (*known, settings.get("importer")):
                text = tr("unknown there; allowed: {allowed}", allowed=", ".join(known))
                complain((*path, "match"), rival, text)
        rows = settings.get("rows")
        found = super().check_settings(settings, classification, complain)
        if not isinstance(rows, list | tuple):
            return found
        places = {
            str(code): ("rows", place, "hs", number)
            for place, row in enumerate(rows)
            for number, code in enumerate(_codes_of(row))
        }
        if not places:
            return None
        selection, complaints = classification.check({"hs": list(places)})
        for complaint in complaints:
            complain(
                places.get(str(complaint.value), ("rows",)), complaint.value, complaint.allowed
            )
        return selection

    def as_written(self) -> dict[str, Any]:
        """Return the lever as a file has it; years of phases and rows are their own."""
        [(kind, settings)] = super().as_written().items()
        if self.cut is None:
            del settings["start"], settings["years"]
        return {kind: settings}

    def when(self) -> str:
        """Its time; phases and rows have theirs."""
        if self.cut is not None:
            return super().when()
        last = max(parse_fiscal_year(stage.start) + stage.years - 1 for stage in self.stages)
        first = year_in_words(self.start)
        step = year_in_words(format_fiscal_year(last))
        if self.end is None:
            return tr("from {start}, the last step in {step}", start=first, step=step)
        end = year_in_words(self.end)
        return tr("from {start} to {end}, the last step in {step}", start=first, end=end, step=step)

    def sentence(self, classification: Classification) -> str:
        """Who does what to which duties."""
        who = tr(COUNTRY[self.importer])
        if self.rows is not None:
            whose = country_in_words(self.source, classification)
            if self.schedule is None:
                return tr(
                    "{importer} changes its duties on goods from {source} line by line: {rows}",
                    importer=who,
                    source=whose,
                    rows=rows_in_words(self.rows),
                )
            return tr(
                "{importer} changes its duties on goods from {source} line by line ({table}): "
                "{rows}",
                importer=who,
                source=whose,
                table=self.schedule,
                rows=rows_in_words(self.rows),
            )
        goods = goods_in_words(self.source, self.select or {}, classification)
        done = [_done_in_words(stage.cut, classification) for stage in self.stages]
        if len(done) == 1:
            return tr("{importer} {does} on {goods}", importer=who, does=done[0], goods=goods)
        said = ""
        for does, stage in zip(done, self.stages, strict=True):
            phase = _phase_in_words(does, stage)
            said = phase if not said else tr("{phase}, then {later}", phase=said, later=phase)
        return tr("{importer} {does}, on {goods}", importer=who, does=said, goods=goods)

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """A rate above what a preference can reach, or an average that is none to be cut to."""
        for place, stage in enumerate(self.stages):
            at = ("phases", place) if self.phases else ("rows", place) if self.rows else ()
            select = Select({"hs": stage.hs}) if isinstance(stage, Row) else self.select
            if select is not None:
                yield from unreachable(economy, self, stage.cut, select, (*at, "cut"))

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """Where nothing changes, duties not known in full, and trade that was barred."""
        for one in measures:
            settled, asked = one.lever, one.asked
            assert isinstance(settled, TariffLever) and isinstance(asked, TariffLever)
            for before, after in zip(asked.stages, settled.stages, strict=True):
                if before.cut.formula == "swiss_average":
                    yield tr(
                        "Average of {average} % over {number} lines: the Swiss coefficient is "
                        "{coefficient} %",
                        average=number_in_words(before.cut.percent),
                        number=f"{int(one.lines.sum()):,}",
                        coefficient=f"{after.cut.percent:.4g}",
                    )
        yield from tariff_notes(economy, measures)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One for each formula, each kind of line and a rival."""
        return TARIFF_EXAMPLES


def _cuts_of(settings: Mapping[str, Any]) -> Iterable[tuple[tuple[str | int, ...], Any]]:
    """Cuts as written, each with its path."""
    yield ("cut",), settings.get("cut")
    phases = settings.get("phases")
    for place, phase in enumerate(phases if isinstance(phases, list | tuple) else ()):
        if isinstance(phase, Mapping):
            yield ("phases", place, "cut"), phase.get("cut")


def _codes_of(row: object) -> Iterable[object]:
    if isinstance(row, Row):
        return row.hs
    codes = row.get("hs") if isinstance(row, Mapping) else None
    return codes if isinstance(codes, list | tuple) else () if codes is None else (codes,)


def _done_in_words(cut: Cut, classification: Classification) -> str:
    if cut.rival is not None:
        return tr("matches what {rival} pays", rival=country_in_words(cut.rival, classification))
    return tr(_DONE[cut.formula], percent=number_in_words(cut.percent))


def _phase_in_words(does: str, stage: Phase) -> str:
    start = year_in_words(stage.start)
    if stage.years == 1:
        return tr("{does} from {start}", does=does, start=start)
    return tr("{does} from {start} in {steps} steps", does=does, start=start, steps=stage.years)
