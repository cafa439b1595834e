"""Cars against fish: what must be given for what is asked, so that both sides gain alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from cepasim.core.arguments import instance_of, refuse, whole_number
from cepasim.core.countries import COUNTRY, PARTNER
from cepasim.core.fiscal_year import format_fiscal_year, year_in_words
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import mark, paragraph, separated, tr
from cepasim.core.numbers import mn
from cepasim.economy.economy import Economy
from cepasim.levers.bilateral import BilateralLever
from cepasim.levers.depth import at_depth, evident_depth
from cepasim.levers.lever import Lever
from cepasim.result import Result
from cepasim.scenario.overrides import acting
from cepasim.scenario.scenario import Scenario
from cepasim.simulate import simulate
from cepasim.studies.advice.search import (
    CENTRAL_VALUES,
    LARGE_GAP,
    NEAR,
    Search,
    depth_in_words,
    flows,
    search,
)

#: Ways to measure what a concession is worth to the side that receives it.
MEASURES = {"sales": mark("more sales to the partner"), "welfare": mark("welfare")}


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """What one side must give for what it gets; central values, without a range.

    Attributes
    ----------
    scenario : Scenario
        Both levers, the one that is given as deep as found.
    result : Result
        Of that scenario, simulated anew.
    reached : bool
        Whether what is given can be worth as much as what is asked.
    depth : float
        How deep what is given goes, in the unit of ``setting``.
    setting : str
    asked_usd_mn : float
        What the lever asked for is worth by itself to the side that asks.
    given_usd_mn : float
        What the lever given is worth by itself to the other side.
    together_usd_mn : mapping of country to float
        What both sides gain in the re-simulated scenario with both levers.
    """

    scenario: Scenario
    result: Result
    reached: bool
    depth: float
    setting: str
    asked_usd_mn: float
    given_usd_mn: float
    together_usd_mn: dict[str, float]
    _words: Callable[[], str] = field(repr=False)

    @property
    def text(self) -> str:
        """It in words, in the language of the moment."""
        return self._words()

    @property
    def gap_usd_mn(self) -> float:
        """What the side that gives gets more than the other, both levers in force."""
        first, second = self.together_usd_mn.values()
        return first - second


def what_must_be_given(
    economy: Economy,
    scenario: Scenario,
    asked: int = 0,
    given: int = 1,
    *,
    fiscal_year: str = "2030-31",
    measure: str = "sales",
) -> Exchange:
    """How deep a concession must go to be worth as much as the one that is asked for it.

    Parameters
    ----------
    economy : Economy
        From `cepasim.load`.
    scenario : Scenario
        With a lever of each importer.
    asked, given : int, optional
        Places of the levers in the scenario, from 0: what one side asks of the other, at the depth
        the scenario has, and what it gives for it, at any depth.
    fiscal_year : str, optional
        The year that counts.
    measure : {"sales", "welfare"}, optional
        What a concession is worth: more sales of the side that receives it, or its welfare.

    Returns
    -------
    Exchange
        Central values. Each lever is first measured by itself; then both are simulated together.

    Raises
    ------
    InputError
        For levers of one importer, or a lever given whose depth is no single number.

    Examples
    --------
    >>> import cepasim
    >>> both = cepasim.Scenario.from_dict(
    ...     {
    ...         "name": "cars against fish",
    ...         "levers": [
    ...             {
    ...                 "ntb": {
    ...                     "importer": "JPN",
    ...                     "type": "sps",
    ...                     "select": {"hs": ["03"]},
    ...                     "relief_percent": 50,
    ...                     "start": "2026-27",
    ...                 }
    ...             },
    ...             {
    ...                 "tariff": {
    ...                     "importer": "IND",
    ...                     "select": {"hs": ["87"]},
    ...                     "cut": {"percent": 10},
    ...                     "start": "2026-27",
    ...                 }
    ...             },
    ...         ],
    ...     }
    ... )
    >>> cepasim.what_must_be_given(cepasim.load(), both).setting
    'cut.percent'
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    instance_of("scenario", scenario, Scenario, tr("a scenario, such as Scenario.read gives"))
    economy = scenario.economy_under(economy)  # limits and nearness are parameters, too
    if measure not in MEASURES:
        refuse("measure", measure, tr("one of {names}", names=", ".join(MEASURES)))
    years = [format_fiscal_year(int(year)) for year in scenario.years_from(economy.base_year)]
    if fiscal_year not in years:
        allowed = tr("a fiscal year from {first} to {last}", first=years[0], last=years[-1])
        refuse("fiscal_year", fiscal_year, allowed)
    mine, theirs = (_of_a_side(scenario, *one) for one in (("asked", asked), ("given", given)))
    if mine.importer == theirs.importer:
        other = tr(COUNTRY[PARTNER[mine.importer]])
        refuse("given", given, tr("a lever of {country}: one of each side", country=other))
    depth = evident_depth(economy, theirs)
    if depth is None:
        allowed = tr("a lever with one number that says how far")
        refuse("given", f"{given} ({tr(theirs.title)})", allowed)
    worth = _worth(economy, scenario, fiscal_year, measure)
    wanted = worth(mine.partner, (mine,))

    def missed(value: float) -> float:
        return worth(theirs.partner, (at_depth(theirs, value),)) - wanted

    found = search(depth, missed, economy.parameters.value(NEAR))
    deep = at_depth(theirs, found.depth.value)
    assert isinstance(deep, BilateralLever)
    answer = _alone(scenario, (mine, deep))
    together = {side: worth(side, (mine, deep)) for side in (mine.partner, theirs.partner)}
    return Exchange(
        scenario=answer,
        result=simulate(economy, answer, attribution=False),
        reached=found.reached,
        depth=found.depth.value,
        setting=found.depth.setting,
        asked_usd_mn=wanted,
        given_usd_mn=wanted + found.missed,
        together_usd_mn=together,
        _words=partial(
            _in_words, economy, (mine, deep), found, wanted, together, fiscal_year, measure
        ),
    )


def _of_a_side(scenario: Scenario, name: str, place: int) -> BilateralLever:
    number = whole_number(name, place, 0, len(scenario.levers) - 1)
    lever = scenario.levers[number]
    if not isinstance(lever, BilateralLever) or lever.source != lever.partner:
        allowed = tr("a lever by which one side frees the other's goods")
        refuse(name, f"{number} ({tr(lever.title)})", allowed)
    return lever


def _alone(scenario: Scenario, levers: tuple[Lever, ...]) -> Scenario:
    """The scenario with some levers only, and without what others alone would read."""
    parameters = acting(scenario.parameters, {one.kind for one in levers})
    return scenario.model_copy(update={"levers": levers, "parameters": FrozenMapping(parameters)})


def _worth(
    economy: Economy, scenario: Scenario, fiscal_year: str, measure: str
) -> Callable[[str, tuple[Lever, ...]], float]:
    """What levers are worth to a side in a year, US$ million."""

    def worth(side: str, levers: tuple[Lever, ...]) -> float:
        alone = _alone(scenario, levers)
        if measure == "welfare":
            totals = simulate(economy, alone, attribution=False).totals.set_index("fiscal_year")
            column = {"IND": "welfare_india_usd_mn", "JPN": "welfare_japan_usd_mn"}[side]
            return float(totals[column].to_dict()[fiscal_year])
        found = flows(economy, alone, fiscal_year)
        sold = {
            "IND": found.exports - found.exports_before,
            "JPN": found.imports - found.imports_before,
        }
        return sold[side]

    return worth


def _in_words(
    economy: Economy,
    levers: tuple[BilateralLever, BilateralLever],
    found: Search,
    wanted: float,
    together: dict[str, float],
    fiscal_year: str,
    measure: str,
) -> str:
    """Say what is given for what, and what both then gain."""
    mine, deep = levers
    asks, answers = (tr(COUNTRY[one.partner]) for one in (mine, deep))
    what = mine.sentence(economy.classification)
    sentences = [
        tr(
            "{country} asks: {what}. This is worth {amount} to {country} in {year}, in {measure}.",
            country=asks,
            what=what,
            amount=mn(wanted),
            year=year_in_words(fiscal_year),
            measure=tr(MEASURES[measure]),
        )
    ]
    if found.reached:
        sentences.append(
            tr(
                "To be worth as much to {country}, what is given must go to {depth}.",
                country=answers,
                depth=depth_in_words(found.depth),
            )
        )
    else:
        sentences.append(
            tr(
                "What is given cannot be worth as much to {country}: it comes nearest at {depth}, "
                "worth {amount}.",
                country=answers,
                depth=depth_in_words(found.depth),
                amount=mn(wanted + found.missed),
            )
        )
        if found.depth.why:
            sentences.append(tr("It goes no further: {why}.", why=tr(found.depth.why)))
    if not deep.is_idle:
        given = deep.sentence(economy.classification)
        sentences.append(tr("What is given is then: {given}.", given=given))
    gains = separated(
        tr("{country} {amount}", country=tr(COUNTRY[side]), amount=mn(gain, signed=True))
        for side, gain in together.items()
    )
    sentences.append(tr("With both in force the gains are {gains}.", gains=gains))
    near, gap = (economy.parameters.value(name) for name in (NEAR, LARGE_GAP))
    if abs(sum(together.values()) - 2 * wanted - found.missed) > max(near, gap * abs(wanted)):
        sentences.append(
            tr("That differs from the two by themselves, because they meet in the same markets.")
        )
    sentences.append(tr(CENTRAL_VALUES))
    return paragraph(sentences)
