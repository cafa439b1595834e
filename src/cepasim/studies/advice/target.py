"""What would it take? The depth of a lever that reaches a target, or what else is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from cepasim.core.arguments import instance_of, refuse, whole_number
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.language import mark, paragraph, tr
from cepasim.core.numbers import bn, mn
from cepasim.core.problems import InputError, RunError
from cepasim.economy.economy import Economy
from cepasim.levers.depth import Depth, at_depth, depth_of, evident_depth
from cepasim.levers.lever import Lever
from cepasim.result import Result
from cepasim.scenario.bundled import scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate
from cepasim.studies.advice.search import (
    CENTRAL_VALUES,
    NEAR,
    Search,
    depth_in_words,
    flows,
    search,
    with_levers,
)

#: What a target may be about, and what people call it.
ITEMS = {
    "balance_usd_mn": mark("India's balance with Japan"),
    "exports_usd_mn": mark("India's exports to Japan"),
    "imports_usd_mn": mark("India's imports from Japan"),
    "change_in_balance_usd_mn": mark("the change in India's balance with Japan"),
}
_TARGET_TEXT = mark(
    "one of {names} with a number in US$ million, fiscal_year, and section if only one is meant, "
    "such as {{'balance_usd_mn': -17900, 'fiscal_year': '2030-31'}}"
)


_CLOSES = mark("Of the bundled levers, “{lever}” closes the rest: {what}. Then it is {amount}.")
_NEAREST = mark("Of the bundled levers, “{lever}” comes nearest: {what}. Then it is {amount}.")


#: US$ million from which a target is said in billions.
_BILLION = 1000.0


@dataclass(frozen=True, slots=True)
class Target:
    """A value that something should have in a year.

    Attributes
    ----------
    item : str
        One of ``ITEMS``.
    usd_mn : float
    fiscal_year : str
    section : str or None
        HS section it is about; None is all goods.
    """

    item: str
    usd_mn: float
    fiscal_year: str
    section: str | None = None

    @classmethod
    def of(cls, economy: Economy, scenario: Scenario, written: Mapping[str, object]) -> Target:
        """Read a target as users write it."""
        if not isinstance(written, Mapping):
            refuse("target", written, tr(_TARGET_TEXT, names=", ".join(ITEMS)))
        items = [name for name in written if name in ITEMS]
        unknown = [name for name in written if name not in (*ITEMS, "fiscal_year", "section")]
        if len(items) != 1 or unknown:
            allowed = tr(_TARGET_TEXT, names=", ".join(ITEMS))
            refuse("target", ", ".join(map(str, written)), allowed)
        wanted = written[items[0]]
        if (
            isinstance(wanted, bool)
            or not isinstance(wanted, int | float | np.number)
            or not np.isfinite(wanted)
        ):
            refuse(f"target[{items[0]!r}]", wanted, tr("a number, US$ million"))
        years = [format_fiscal_year(int(year)) for year in scenario.years_from(economy.base_year)]
        year = written.get("fiscal_year")
        if year not in years:
            allowed = tr("a fiscal year from {first} to {last}", first=years[0], last=years[-1])
            refuse("target['fiscal_year']", year, allowed)
        section = written.get("section")
        codes = [one.code for one in economy.classification.sections]
        if section is not None and section not in codes:
            allowed = tr("a section from {first} to {last}", first=codes[0], last=codes[-1])
            refuse("target['section']", section, allowed)
        return cls(items[0], float(wanted), str(year), None if section is None else str(section))

    @property
    def name(self) -> str:
        """What it is about, in words."""
        what, year = tr(ITEMS[self.item]), year_in_words(self.fiscal_year)
        if self.section:
            section = self.section
            return tr("{what}, section {section}, in {year}", what=what, section=section, year=year)
        return tr("{what} in {year}", what=what, year=year)

    def outcome(self, economy: Economy, scenario: Scenario) -> float:
        """What a scenario makes of it, US$ million."""
        found = flows(economy, scenario, self.fiscal_year, self.section)
        return {
            "balance_usd_mn": found.exports - found.imports,
            "exports_usd_mn": found.exports,
            "imports_usd_mn": found.imports,
            "change_in_balance_usd_mn": found.change_in_balance,
        }[self.item]


@dataclass(frozen=True, slots=True, eq=False)
class WhatItTakes:
    """The answer to "what would it take?"; central values, without a range.

    Attributes
    ----------
    scenario : Scenario
        With the lever as deep as found, and the second lever where one is needed.
    result : Result
        Of that scenario, simulated anew.
    target : Target
    reached : bool
        Whether the lever alone reaches the target.
    depth : float
        How deep it goes, in the unit of ``setting``.
    setting : str
        Setting of the lever that was turned.
    monotone : bool
        Whether the target moves one way as the lever goes further.
    outcome_usd_mn : float
        What the re-simulated scenario makes of the target.
    closed : bool
        Whether the scenario, second lever included, reaches the target.
    second_lever : Lever or None
        What closes the rest, or comes nearest, where the first does not reach.
    """

    scenario: Scenario
    result: Result
    target: Target
    reached: bool
    depth: float
    setting: str
    monotone: bool
    outcome_usd_mn: float
    closed: bool
    second_lever: Lever | None
    _words: Callable[[], str] = field(repr=False)

    @property
    def text(self) -> str:
        """The answer in words, in the language of the moment."""
        return self._words()

    @property
    def gap_usd_mn(self) -> float:
        """How far the scenario stays from the target, US$ million; wanted less found."""
        return self.target.usd_mn - self.outcome_usd_mn


def what_would_it_take(
    economy: Economy, scenario: Scenario, lever: int = 0, target: Mapping[str, object] | None = None
) -> WhatItTakes:
    """How far a lever must go to reach a target, or how far it gets and what closes the rest.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`.
    scenario : Scenario
        With the lever; its other levers stay as they are.
    lever : int, optional
        Place of the lever in the scenario, from 0.
    target : mapping
        One of ``balance_usd_mn``, ``exports_usd_mn``, ``imports_usd_mn`` and
        ``change_in_balance_usd_mn`` with its value; ``fiscal_year``; ``section`` where one HS
        section alone is meant.

    Returns
    -------
    WhatItTakes
        Central values. The depth is the one nearest to no change at all where several reach it.

    Raises
    ------
    InputError
        For a target that means nothing, or a lever whose depth is no single number.

    Examples
    --------
    >>> import cepasim
    >>> wanted = {"change_in_balance_usd_mn": 100, "fiscal_year": "2030-31"}
    >>> relief = cepasim.Scenario.bundled("ntb-relief")
    >>> answer = cepasim.what_would_it_take(cepasim.load(), relief, target=wanted)
    >>> answer.reached, answer.setting
    (True, 'relief_percent')
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
    if not scenario.levers:
        refuse("scenario", scenario.name, tr("a scenario with a lever"))
    economy = scenario.economy_under(economy)  # limits and nearness are parameters, too
    place = whole_number("lever", lever, 0, len(scenario.levers) - 1)
    aim = Target.of(economy, scenario, {} if target is None else target)
    turned = scenario.levers[place]
    if depth_of(turned) is None:
        allowed = tr(
            "a lever with one number that says how far it goes; not phases, lists or rules"
        )
        refuse("lever", f"{place} ({tr(turned.title)})", allowed)
    without = aim.outcome(economy, with_levers(scenario, place))
    found = _search(economy, scenario, place, aim)
    answer = with_levers(scenario, place, at_depth(turned, found.depth.value))
    second = None if found.reached else _second(economy, answer, aim, aim.usd_mn + found.missed)
    if second is not None:
        answer = second[0]
    # What is recommended is simulated anew, whatever the search believed.
    outcome = aim.outcome(economy, answer)
    closer = None if second is None else answer.levers[-1]
    return WhatItTakes(
        scenario=answer,
        result=simulate(economy, answer, attribution=False),
        target=aim,
        reached=found.reached,
        depth=found.depth.value,
        setting=found.depth.setting,
        monotone=found.monotone,
        outcome_usd_mn=outcome,
        closed=abs(outcome - aim.usd_mn) <= economy.parameters.value(NEAR),
        second_lever=closer,
        _words=partial(_in_words, economy, aim, turned, found, without, closer, outcome),
    )


def _search(economy: Economy, scenario: Scenario, place: int, aim: Target) -> Search:
    """Look for the depth of one lever between the limits at which evidence ends."""
    lever = scenario.levers[place]
    depth = evident_depth(economy, lever)
    assert depth is not None

    def missed(value: float) -> float:
        deeper = with_levers(scenario, place, at_depth(lever, value))
        return aim.outcome(economy, deeper) - aim.usd_mn

    return search(depth, missed, economy.parameters.value(NEAR))


def _second(
    economy: Economy, scenario: Scenario, aim: Target, outcome: float
) -> tuple[Scenario, bool] | None:
    """Find the bundled lever that closes the rest with the least of what it was proposed at.

    Where none does, the one that comes nearest; None where none comes nearer.
    """
    best: tuple[tuple[bool, float], Scenario, bool] | None = None
    for lever in _candidates(scenario):
        proposed = depth_of(lever)
        wider = scenario.model_copy(update={"levers": (*scenario.levers, lever)})
        try:
            wider.check(economy.classification)
            found = _search(economy, wider, len(scenario.levers), aim)
        except (InputError, RunError):
            continue  # it overlaps with what is there, or cannot be had beside it
        assert proposed is not None
        miss = abs(found.missed)
        near = economy.parameters.value(NEAR)
        if not found.reached and miss >= abs(outcome - aim.usd_mn) - near:
            continue
        of_proposal = abs(found.depth.value - proposed.neutral) / abs(
            proposed.value - proposed.neutral
        )
        rank = (not found.reached, of_proposal if found.reached else miss)
        if best is None or rank < best[0]:
            turned = at_depth(lever, found.depth.value)
            best = rank, with_levers(wider, len(scenario.levers), turned), found.reached
    return None if best is None else best[1:]


def _candidates(scenario: Scenario) -> Iterator[Lever]:
    """Yield the levers of the bundled scenarios that can be agreed and have a depth, each once."""
    seen = set()
    for name in scenarios():
        for lever in Scenario.bundled(name).levers:
            depth = depth_of(lever)
            fits = lever.start <= scenario.horizon and lever not in scenario.levers
            fits = fits and lever.negotiable
            if fits and depth is not None and depth.value != depth.neutral and lever not in seen:
                seen.add(lever)
                yield lever


def _in_words(
    economy: Economy,
    aim: Target,
    lever: Lever,
    found: Search,
    without: float,
    second: Lever | None,
    outcome: float,
) -> str:
    """Say how far the lever goes, what there is without it, and what closes the rest."""
    title = tr(lever.title)
    # One unit in all that is held against each other, that in which the target is asked for.
    said = bn if abs(aim.usd_mn) >= _BILLION else mn
    what = title if lever.is_idle else lever.sentence(economy.classification)
    depth = depth_in_words(found.depth)
    least, most = (depth_in_words(replace(found.depth, value=end)) for end in _ends(found.depth))
    goal = tr("{what} of {amount}", what=aim.name, amount=said(aim.usd_mn))
    if found.reached:
        sentences = [
            tr("For {goal}, “{lever}” must go to {depth}.", goal=goal, lever=title, depth=depth)
        ]
    else:
        sentences = [
            tr(
                "“{lever}” alone does not reach {goal}: at {depth} it comes to {amount}, {missed} "
                "away.",
                lever=title,
                goal=goal,
                depth=depth,
                amount=said(aim.usd_mn + found.missed),
                missed=said(abs(found.missed)),
            )
        ]
        if found.depth.value == found.depth.neutral:
            sentences.append(tr("It works in the wrong direction: doing nothing comes nearest."))
    sentences.append(
        tr(
            "Looked for from {least} to {most}; in the scenario: {lever}.",
            least=least,
            most=most,
            lever=what,
        )
    )
    if found.depth.why:
        sentences.append(tr("It goes no further: {why}.", why=tr(found.depth.why)))
    sentences.append(tr("Without the lever it is {amount}.", amount=said(without)))
    if second is not None:
        closed = abs(outcome - aim.usd_mn) <= economy.parameters.value(NEAR)
        # How far it goes is in its own sentence.
        sentences.append(
            tr(
                _CLOSES if closed else _NEAREST,
                lever=tr(second.title),
                what=second.sentence(economy.classification),
                amount=said(outcome),
            )
        )
    elif not found.reached:
        sentences.append(tr("No bundled lever beside it comes nearer."))
    if not found.monotone:
        sentences.append(tr("Going further does not always move it the same way."))
    if found.refused:
        sentences.append(tr("At some depths the model has no answer; they are left out."))
    sentences.append(tr(CENTRAL_VALUES))
    return paragraph(sentences)


def _ends(depth: Depth) -> tuple[float, float]:
    return depth.least, depth.most
