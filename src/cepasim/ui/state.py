"""What one session holds.

Every change on the screen goes through a function here, so that a session always holds a draft (as
a scenario file has it) and the last scenario that was right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cepasim.core.fiscal_year import fiscal_years, parse_fiscal_year
from cepasim.core.language import language, tr
from cepasim.core.problems import InputError, Problem, RunError
from cepasim.levers import words as levers
from cepasim.result import Result
from cepasim.scenario.naming import followed, said_anew
from cepasim.scenario.overrides import acting
from cepasim.scenario.scenario import Scenario
from cepasim.ui import answers, link, ranges
from cepasim.ui.draws import Viewer
from cepasim.ui.figures import LANDING, Figures, bundled_figures, figures_of
from cepasim.ui.history import History
from cepasim.ui.launch import ranges_wanted
from cepasim.ui.one_at_a_time import one_at_a_time
from cepasim.ui.opened_link import read_link
from cepasim.ui.ranges import Asked
from cepasim.ui.speech import Speech, of_this_visit, spoken
from cepasim.ui.told import Told
from cepasim.ui.uploads import OwnFigures

MOST_COMPARED = 4
#: Decided measures have worked by then, and the horizon is not yet a guess about a far future.
FIRST_YEAR_SHOWN = "2030-31"
_KEY = "cepasim"


@one_at_a_time(
    *("load", "edit", "rename", "undo", "redo", "return_to", "set_lever", "replace_lever"),
    *("add_levers", "remove_levers", "assume", "choose_source", "choose_level", "assume_nothing"),
    *("use", "say_anew", "keep_year_within", "ask_range"),
)
@dataclass
class Session:
    """One user's state.

    Attributes
    ----------
    draft : dict
        The scenario as it is being edited, in the structure of a scenario file.
    scenario : Scenario
        The last draft that was right: what the page shows.
    loaded : Scenario
        What the draft started from.
    problems : tuple of Problem
        What is wrong with the draft.
    message : str
        What is reported to the user once.
    year : str
        Fiscal year on the screen.
    saved : dict of str to Scenario
        Scenarios to compare, by name.
    own : OwnFigures or None
    sender : str
        Digest of the figures of whoever sent the link, where they are others.
    history : History
        Scenarios shown before, each with what it was made from.
    address : dict or None
        Query of the page as it was last written; another one means that the user went back.
    generation : int
        Goes up when a scenario is loaded, so that every control starts anew.
    opened : set of int
        Places of the levers whose details are open.
    ends : dict of str to pair of float
        How far each slider reached, by its key: a value beyond its ends widens it for good.
    speech : Speech
        Language and currency of the reader.
    viewer : Viewer
        Looks at the draws of the page.
    told : Told
        What the last click brought.
    lock : RLock
        Held by whatever changes the scenario: a click may find the run before it still under way.
    """

    figures: Figures
    draft: dict[str, Any]
    scenario: Scenario
    loaded: Scenario
    problems: tuple[Problem, ...] = ()
    message: str = ""
    year: str = FIRST_YEAR_SHOWN
    saved: dict[str, Scenario] = field(default_factory=dict)
    own: OwnFigures | None = None
    sender: str = ""
    history: History[tuple[Scenario, Scenario]] = field(default_factory=History)
    address: dict[str, str] | None = None
    generation: int = 0
    opened: set[int] = field(default_factory=set)
    ends: dict[str, tuple[float, float]] = field(default_factory=dict)
    welcome: bool = False
    question: str = ""
    with_ranges: bool = field(default_factory=ranges_wanted)
    viewer: Viewer = field(default_factory=Viewer)
    told: Told = field(default_factory=Told)
    speech: Speech = field(default_factory=Speech)
    lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    def years_after_base(self, horizon: str) -> tuple[str, ...]:
        """Return the fiscal years in which a measure can start."""
        base = self.figures.economy.base_year
        return fiscal_years(base.first + 1, parse_fiscal_year(horizon))

    # --- what is asked ------------------------------------------------------------------------

    def load(self, scenario: Scenario, made_from: Scenario | None = None) -> None:
        """Show a scenario and start every control from it.

        Parameters
        ----------
        scenario : Scenario
        made_from : Scenario, optional
            What it is a change of; by default it is no change of anything.
        """
        self.history.leave((self.scenario, self.loaded))
        self.sender = ""
        self._show(scenario, scenario if made_from is None else made_from)

    def _show(self, scenario: Scenario, loaded: Scenario) -> None:
        self.scenario, self.loaded = scenario, loaded
        self.draft = scenario.to_dict()
        self.problems = ()
        self.generation += 1
        self.opened.clear()
        self.ends.clear()
        self.welcome = False
        self.question = ""
        if self.year > scenario.horizon:
            self.year = scenario.horizon

    def edit(self, draft: dict[str, Any]) -> bool:
        """Take a changed draft; what is wrong with it is kept in ``problems``.

        Returns
        -------
        bool
            Whether the draft is right and now shown.
        """
        with spoken(self):  # a callback runs before its page
            return self._edited(draft)

    def _edited(self, draft: dict[str, Any]) -> bool:
        self.draft = draft
        self.welcome = False
        # A lever for which nothing is chosen yet waits on the screen and does nothing.
        chosen = [lever for lever in draft["levers"] if not levers.nothing_chosen(lever)]
        # So does an assumption that only levers read which are not there.
        assumed = acting(draft.get("parameters", {}), {kind for one in chosen for kind in one})
        try:
            scenario = Scenario.from_dict(
                {**draft, "levers": chosen, "parameters": assumed},
                self.figures.economy.classification,
                self.figures.economy.parameters,
            )
        except InputError as wrong:
            self.problems = wrong.problems
            return False
        classification = self.figures.economy.classification
        scenario = followed(scenario, self.scenario, self.loaded, classification)
        if scenario != self.scenario:
            self.history.leave((self.scenario, self.loaded))
        self.scenario, self.problems = scenario, ()
        self.draft = {**draft, "name": scenario.name, "description": scenario.description}
        if self.year > scenario.horizon:
            self.year = scenario.horizon
        return True

    def say_anew(self) -> None:
        """Say a name and words that were made from the levers in the language of the moment."""
        scenario = said_anew(self.scenario, self.loaded, self.figures.economy.classification)
        if scenario is not self.scenario:
            self.scenario = scenario
            said = {"name": scenario.name, "description": scenario.description}
            self.draft = {**self.draft, **said}

    def keep_year_within(self, result: Result) -> str:
        """Return the year to show of a result; the session keeps it where that is what it shows."""
        known = result.fiscal_years
        year = self.year if self.year in known else known[-1]
        if result.scenario == self.scenario:
            self.year = year
        return year

    def rename(self, name: str) -> None:
        """Give the scenario a name; an empty one leaves the name to the levers."""
        self.edit({**self.draft, "name": " ".join(name.split())[:200] or self.loaded.name})

    def undo(self) -> None:
        """Show what was shown before; a change that cannot be run is given up first."""
        if self.problems:
            self._show(self.scenario, self.loaded)
        elif self.history.past:
            self._show(*self.history.back((self.scenario, self.loaded)))

    def redo(self) -> None:
        """Show again what `undo` took back."""
        if self.history.future:
            self._show(*self.history.forward((self.scenario, self.loaded)))

    def return_to(self, linked: link.Linked, made_from: Scenario) -> None:
        """Show what an address asks for that the user went back or forward to."""
        past, future = self.history.past, self.history.future
        if past and past[-1][0] == linked.scenario:
            self.undo()
        elif future and future[-1][0] == linked.scenario:
            self.redo()
        elif linked.scenario != self.scenario:
            self.load(linked.scenario, made_from)

    def set_lever(self, index: int, changes: Mapping[str, object]) -> None:
        """Change settings of one lever; ``None`` leaves a setting to its default."""
        kind, settings = levers.parts(self.draft["levers"][index])
        changed = {name: v for name, v in {**settings, **changes}.items() if v is not None}
        self.replace_lever(index, {kind: changed})

    def replace_lever(self, index: int, lever: levers.LeverDict) -> None:
        """Put another lever in the place of one."""
        written = list(self.draft["levers"])
        written[index] = lever
        self.edit({**self.draft, "levers": written})

    def add_levers(self, added: list[levers.LeverDict]) -> None:
        """Put levers at the end of the draft."""
        self.generation += 1
        self.edit({**self.draft, "levers": [*self.draft["levers"], *added]})

    def remove_levers(self, indices: list[int]) -> None:
        """Take levers out of the draft."""
        kept = [lever for i, lever in enumerate(self.draft["levers"]) if i not in indices]
        self.opened.clear()
        self.generation += 1
        self.edit({**self.draft, "levers": kept})

    def assume(self, name: str, value: float | None) -> None:
        """Change one assumption, or give it back its own value (``None`` or that value)."""
        overrides = dict(self.draft.get("parameters", {}))
        own = self.figures.known.get(name, {}).get("value")
        if value is None or value == own:
            overrides.pop(name, None)
        else:
            overrides[name] = float(value)
        self.edit({**self.draft, "parameters": overrides})

    def choose_source(self, field: str, source: str, own: str) -> None:
        """Take elasticities or barriers from one source; the folder's own by default."""
        kept = {key: value for key, value in self.draft.items() if key != field}
        self.edit(kept if source == own else {**kept, field: source})

    def choose_level(self, level: str, chapters: Sequence[str] = ()) -> None:
        """Solve by chapter, heading or subheading; of some chapters only, where any is named."""
        kept = {k: value for k, value in self.draft.items() if k not in ("level", "refine")}
        if level != "chapter":
            kept |= {"level": level, **({"refine": sorted(chapters)} if chapters else {})}
        self.edit(kept)

    def assume_nothing(self) -> None:
        """Give every assumption its own value back."""
        self.generation += 1
        self.edit({**self.draft, "parameters": {}})

    def use(self, own: OwnFigures | None) -> None:
        """Take a user's own figures, or the bundled ones again."""
        self.figures = bundled_figures() if own is None else figures_of(own.economy)
        self.own, self.sender = own, ""
        self.generation += 1
        if not self.edit(self.draft):
            self.load(self.figures.bundled[LANDING])

    # --- what is answered ---------------------------------------------------------------------

    @property
    def overrides(self) -> dict[str, float]:
        """Assumptions that differ from the figures, by name."""
        return dict(self.scenario.parameters)

    @property
    def changed(self) -> bool:
        """Whether the scenario differs from what was loaded."""
        return self.scenario != self.loaded

    def result(self, scenario: Scenario | None = None) -> Result:
        """Return the result of a scenario, by default the one shown.

        Raises
        ------
        InputError, RunError
        """
        return answers.shared()(self.figures.economy, scenario or self.scenario)

    def ask_range(self, result: Result) -> Asked | None:
        """Return the ranges of what is shown, perhaps on their way.

        None if nobody wants them, and for a result of what was shown before.
        """
        shown = self.scenario
        if not self.with_ranges or self.too_fine_for_ranges or result.scenario != shown:
            return None
        years = result.fiscal_years
        return ranges.ask(self.viewer, self.folder, self.figures.economy, shown, years)

    @property
    def too_fine_for_ranges(self) -> bool:
        """Whether a draw would take seconds: all chapters are split, which is for a cluster."""
        return answers.is_fine(self.scenario)

    def split(self, waiting: Callable[[], object]) -> Result:
        """Return the result of what is shown with what each lever adds; see `Answers.split`."""
        return answers.shared().split(self.figures.economy, self.scenario, self.folder, waiting)

    def known_split(self) -> Result | None:
        """Return the result of what is shown with what each lever adds, if it was split before."""
        return answers.shared().known_split(self.figures.economy, self.scenario)

    @property
    def folder(self) -> str | None:
        """Parameter folder of the user's own figures; None for the bundled ones."""
        return None if self.own is None else self.own.folder.name

    def link_query(self) -> dict[str, str]:
        """Return the query parameters that restore what is shown."""
        figures = self.figures
        made_from = self.loaded if self.changed else None
        digest = self.sender or figures.digest
        query = link.query_of(self.scenario, figures.bundled, self.year, digest, made_from)
        return query | self.speech.query()

    def save(self, name: str, scenario: Scenario) -> str:
        """Put a scenario among those to compare, the oldest giving way; return its name there."""
        name = name.strip() or scenario.name
        unique, number = name, 2
        while unique in self.saved and self.saved[unique] != scenario:
            unique, number = f"{name} ({number})", number + 1
        self.saved[unique] = scenario
        while len(self.saved) > MOST_COMPARED:
            self.saved.pop(next(iter(self.saved)))
        return unique

    def shown(self) -> Result | None:
        """Return the result of the page; None, with a message, where the run fails."""
        try:
            return self.result()
        except (InputError, RunError) as failed:
            self.message = tr("This scenario cannot be run: {why}", why=failed)
            return None


def session() -> Session:
    """Return the session of whoever looks at the page.

    The address is read on the first visit, and again where the browser went back or forward.
    """
    if _KEY not in st.session_state:
        with language(of_this_visit().tag), st.spinner(tr("Reading the figures …")):
            figures = bundled_figures()
        start = figures.bundled[LANDING]
        st.session_state[_KEY] = Session(
            figures, start.to_dict(), start, start, welcome=True, question=""
        )
    found: Session = st.session_state[_KEY]
    asked = link.own_part(st.query_params.to_dict())
    # A click on its way while the address was written still carries the one before, however late
    # it arrives; within a visit only Back and Forward ask for another.
    if asked and asked != found.address and (found.address is None or went_back()):
        found.speech.read(asked)
        with spoken(found):
            read_link(found, asked)
        found.address = asked
    found.address = found.address or {}
    return found


def went_back() -> bool:
    """Whether the page is drawn because the browser went back or forward, as it says itself."""
    return bool(getattr(get_script_run_ctx(suppress_warning=True), "is_history_navigation", False))


def write_address(found: Session) -> None:
    """Let the address say what is shown, so that reload, Back and a copied link find it again."""
    wanted = found.link_query()
    if wanted != link.own_part(st.query_params.to_dict()):
        asked = st.query_params
        others = {name: asked.get_all(name) for name in asked if name not in link.NAMES}
        asked.from_dict({**wanted, **others})
    found.address = wanted
