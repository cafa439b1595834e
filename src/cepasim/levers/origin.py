"""The origin lever: simpler rules of origin make a preference cheaper to claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import ADJECTIVE, COUNTRY
from cepasim.core.language import mark, separated, tr
from cepasim.core.problems import closest
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.bilateral import AgreementLever
from cepasim.levers.fields import PERCENT_TEXT, Percent, Years, as_tuple, fault
from cepasim.levers.lever import Example, Quantity
from cepasim.levers.measure import Acting, Measure, of_kind
from cepasim.levers.origin_examples import ORIGIN_EXAMPLES
from cepasim.levers.said import said_on
from cepasim.levers.words import (
    chapters_in_words,
    grade_in_words,
    number_in_words,
    selection_in_words,
)
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint

#: Gives each of some products the value of a parameter in its chapter.
ByProduct: TypeAlias = Callable[[str], Floats]


#: Today's rule: both a change of subheading and 35 % of the value.
TODAY = "ctsh_and_va35"
#: Rules by name, and what people call them; in English, translated where it is shown.
RULES: Mapping[str, str] = {
    TODAY: mark("today's rule (change of subheading and 35 % of value)"),
    "cth": mark("a change of heading"),
    "ctsh_or_va35": mark("a change of subheading or 35 % of value"),
    "one_process": mark("one process for clothing"),
    "de_minimis": mark("a wider tolerance for small inputs"),
    "asean_cumulation": mark("inputs of ASEAN count as originating"),
    "self_certification": mark("the exporter's own declaration"),
}
#: Rules about the proof alone: what originates, and of what it is made, stay as they are.
PAPER_ONLY = ("self_certification",)
_RULE_TEXT = mark(
    "one of ctsh_and_va35, cth, ctsh_or_va35, one_process, de_minimis, asean_cumulation, "
    "self_certification, or a list of them"
)


def _rules(given: object) -> object:
    """Read one rule or a list; the order in which they are written does not matter."""
    names = as_tuple(given)
    if not names:
        raise fault(tr(_RULE_TEXT))
    for name in names if isinstance(names, tuple) else ():
        if name not in RULES:
            raise fault(tr(_RULE_TEXT) + closest(name, RULES))
    return tuple(name for name in RULES if name in names)  # type: ignore[operator]


class OriginLever(AgreementLever):
    """Make it cheaper to prove origin under the agreement, or let more goods originate.

    ``cost_cut_percent`` says by how much claiming costs less. ``rule`` names another rule of
    origin instead: what it does to the cost of claiming, to what can claim at all and to the cost
    of inputs are parameters (``tariffs/origin_rules``). Several rules act together.
    """

    kind: ClassVar[str] = "origin"
    title: ClassVar[str] = mark("Origin rules")
    reads: ClassVar[tuple[str, ...]] = (
        "origin_cost_factor_",
        "origin_fabric_abroad",
        "origin_reach_",
        "origin_saving_",
    )
    read_together: ClassVar[bool] = True
    sizes: ClassVar[tuple[str, ...]] = ("cost_cut_percent",)

    cost_cut_percent: Percent | None = Field(default=None, description=PERCENT_TEXT)
    rule: Annotated[
        tuple[str, ...] | None, BeforeValidator(_rules), Field(description=_RULE_TEXT)
    ] = None
    years: Years = 1

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.cost_cut_percent is None) == (self.rule is None):
            raise fault(
                tr("cost_cut_percent: a number from 0 to 100 (percent); either that or rule")
            )
        return self

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules by name that differ from today's."""
        return tuple(name for name in self.rule or () if name != TODAY)

    @property
    def of_origin(self) -> tuple[str, ...]:
        """Rules that change what originates, and what it may be made of."""
        return tuple(name for name in self.rules if name not in PAPER_ONLY)

    @property
    def rests_on(self) -> tuple[str, str]:
        """How much of the trade claims the CEPA today."""
        if self.rule is not None:
            return "origin_saving_", tr("what other rules of origin save")
        return "utilisation_observed", tr("how much of the trade claims the CEPA today")

    @property
    def moves(self) -> tuple[Quantity, ...]:
        """Use of the preference decides what shippers pay; some rules make inputs cheaper."""
        return (Quantity.WEDGE, Quantity.COST) if self.of_origin else (Quantity.WEDGE,)

    @property
    def is_idle(self) -> bool:
        """A cut of 0 percent, or today's rule."""
        return not self.cost_cut_percent and not self.rules

    def as_written(self) -> dict[str, Any]:
        """Return the lever as a file has it: one rule by its name."""
        [(kind, settings)] = super().as_written().items()
        if self.rule is not None and len(self.rule) == 1:
            settings["rule"] = self.rule[0]
        return {kind: settings}

    def sentence(self, classification: Classification) -> str:
        """Whose proof of what becomes cheaper, or which rule decides."""
        goods = {
            "partner": tr(ADJECTIVE[self.partner]),
            "importer": tr(COUNTRY[self.importer]),
            "products": selection_in_words(self.select, classification),
        }
        if self.rule is not None:
            named = ""
            for rule in self.rule:
                word = tr(RULES[rule])
                named = word if not named else tr("{rule} and {other}", rule=named, other=word)
            return tr(
                "the rule of origin for {partner} goods in {importer} ({products}) becomes {rule}",
                rule=named,
                **goods,
            )
        return tr(
            "proving origin for {partner} goods in {importer} ({products}) costs {percent} % less",
            percent=number_in_words(self.cost_cut_percent),
            **goods,
        )

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """A rule that says nothing about the products selected."""
        for name in self.rules:
            where = _chapters_of(economy, name)
            chosen = set(economy.classification.select(self.select).chapters)
            if not chosen & set(where):
                text = tr(
                    "{rule}: a rule about {chapters} only",
                    rule=tr(RULES[name]),
                    chapters=separated(where),
                )
                yield Complaint(("rule",), name, text)

    @classmethod
    def notes(cls, economy: Economy, measures: Sequence[Measure]) -> Iterable[str]:
        """How use of the preference is known, and where there is no margin to claim."""
        market = measures[0].market
        schedule = market.schedule
        yield _use_of_preferences(economy, market.importer)
        margin = _margin(measures[0])
        chosen = np.zeros(len(schedule.products), dtype=np.bool_)
        claimed = np.zeros(len(schedule.products), dtype=np.bool_)
        for measure in measures:
            chosen |= measure.products
            claimed |= measure.products & ((measure.share > 0) & (margin > 0)).any(axis=0)
        none = sorted(
            {economy.chapters[h] for h in schedule.chapter[chosen]}
            - {economy.chapters[h] for h in schedule.chapter[claimed]}
        )
        if none:
            text = tr(
                "No preference margin in {chapters}: simpler origin rules save nothing there",
                chapters=chapters_in_words(none, economy.classification),
            )
            yield said_on(none, text)
        named = dict.fromkeys(name for one, _ in of_kind(measures, cls) for name in one.rules)
        for name in named:
            yield _rule_note(economy, name, tr(COUNTRY[market.partner]))

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One on each side, and every rule by name."""
        return ORIGIN_EXAMPLES


# -- what it does to arrays ------------------------------------------------------------------


def origin_cost(today: Floats, acting: Iterable[Acting], chapters: ByProduct) -> Floats:
    """Median cost of proving origin of the partner's products, ``phi``, in each year.

    Parameters
    ----------
    today : ndarray, shape (K,)
        Fractions of the c.i.f. value.
    acting : iterable of Acting
        Origin levers on this importer; their products do not overlap.
    chapters : ByProduct
        Gives each product what a parameter says about its chapter.

    Returns
    -------
    ndarray, shape (Y, K)
        Fractions of the c.i.f. value.
    """
    left: Floats | float = 1.0
    for lever, chosen, share, *_ in acting:
        if isinstance(lever, OriginLever):
            gone: Floats | float = (lever.cost_cut_percent or 0.0) / 100
            if lever.rules:
                factors = [chapters(f"origin_cost_factor_{name}") for name in lever.rules]
                gone = 1 - np.prod(factors, axis=0)
            left = left - share * gone * chosen
    return np.asarray(today * np.maximum(left, 0.0))


def claimable(maximum: float, acting: Iterable[Acting], chapters: ByProduct) -> Floats | float:
    """Share of the trade with a margin that could claim at all, ``u_max``.

    Parameters
    ----------
    maximum : float
        Under today's rule.
    acting, chapters
        As in :func:`origin_cost`.

    Returns
    -------
    float, or ndarray of shape (Y, K)
        Where a rule lets goods originate that do not today.
    """
    found: Floats | float = maximum
    for lever, chosen, share, *_ in acting:
        if isinstance(lever, OriginLever) and lever.of_origin:
            barred = [1 - chapters(f"origin_reach_{name}") for name in lever.of_origin]
            found = found + share * (1 - maximum) * (1 - np.prod(barred, axis=0)) * chosen
    return found


def input_costs(lever: OriginLever, measure: Measure, parameters: Parameters) -> Floats:
    """Unit cost of the partner's goods by chapter where inputs may be bought elsewhere, (Y, H).

    Only what claims its preference has to keep to the rule today, so only that becomes cheaper.
    """
    market = measure.market
    schedule, column = market.schedule, market.partner_column
    kept = [1 - _saving(parameters, market, name) for name in lever.of_origin]
    saved = 1 - np.prod(kept, axis=0)
    with_margin = measure.products & (_margin(measure) > 0).any(axis=0)
    reach = schedule.chapter_sums(market.product_weights[:, column] * with_margin)
    return np.asarray(1 - measure.share * reach * market.claims.observed * saved)


def _saving(parameters: Parameters, market: Market, name: str) -> Floats:
    """Share of unit cost that cheaper inputs save under a rule, by chapter."""
    saved = parameters.by_chapter(f"origin_saving_{name}", market.chapters)
    if name == "one_process":
        saved = saved * parameters.value("origin_fabric_abroad")
    return np.asarray(saved)


def _margin(measure: Measure) -> Floats:
    """Margin of the partner's preference on each product, shape (Y, K)."""
    market = measure.market
    schedule, partner = market.schedule, market.partner
    rates = schedule.product_rates(measure.scheduled(partner), partner)
    return np.nan_to_num(schedule.product_mfn(partner)) - np.nan_to_num(rates)


# -- what a reader must know -----------------------------------------------------------------


def _chapters_of(economy: Economy, name: str) -> tuple[str, ...]:
    """Chapters that a rule says something about: those of its rows that have a range."""
    rows = economy.parameters.rows
    parts = [f"origin_{part}_{name}" for part in ("cost_factor", "reach", "saving")]
    mine = rows[rows["parameter"].isin(parts) & (rows["low"] < rows["high"])]
    if (mine["hs"] == "").any():
        return economy.chapters
    codes = [code for spec in mine["hs"].unique() for code in spec.split(",")]
    return economy.classification.select({"hs": codes}).chapters


def _rule_note(economy: Economy, name: str, whose: str) -> str:
    """What a rule is taken to do, with ranges and grades."""
    hs = _chapters_of(economy, name)[0]
    grades = []

    def percent(parameter: str) -> str:
        row = economy.parameters.describe(parameter, hs)
        grades.append(str(row["grade"]))
        low, high = 100 * row["low"], 100 * row["high"]
        return tr(
            "{percent} % ({low} to {high})",
            percent=f"{100 * row['value']:.3g}",
            low=f"{low:.3g}",
            high=f"{high:.3g}",
        )

    cost = percent(f"origin_cost_factor_{name}")
    if name in PAPER_ONLY:
        return tr(
            "Rule {rule}: claiming costs {cost} of what it does today ({grade}); what originates "
            "stays as it is",
            rule=name,
            cost=cost,
            grade=grade_in_words(*grades),
        )
    reach, saving = percent(f"origin_reach_{name}"), percent(f"origin_saving_{name}")
    if name == "one_process":
        held = percent("origin_fabric_abroad")
        return tr(
            "Rule {rule}: claiming costs {cost} of what it does today, {reach} of the goods that "
            "cannot claim today could, and a maker without fabric of its own saves {saving} of its "
            "cost, which holds for {held} of {country}'s clothing; orders that its weavers lose "
            "are not counted ({grade}). Goods that are not shipped today because they do not "
            "originate come in through the lower cost only",
            rule=name,
            cost=cost,
            reach=reach,
            saving=saving,
            held=held,
            country=whose,
            grade=grade_in_words(*grades),
        )
    return tr(
        "Rule {rule}: claiming costs {cost} of what it does today, {reach} of the goods that "
        "cannot claim today could, and other inputs save {saving} of their cost ({grade}). Goods "
        "that are not shipped today because they do not originate come in through the lower cost "
        "only",
        rule=name,
        cost=cost,
        reach=reach,
        saving=saving,
        grade=grade_in_words(*grades),
    )


def _use_of_preferences(economy: Economy, importer: str) -> str:
    """Say how much of the trade claims its preference, and where that is known from."""
    market = economy.markets[importer]
    described = [
        economy.parameters.describe("utilisation_observed", hs, importer, market.partner)
        for hs in economy.chapters
    ]
    rows = {str(row["name"]): row for row in described}.values()
    [widest] = [row for row in rows if not row["hs"]]
    said = tr(
        "{percent} % ({low} to {high})",
        percent=f"{100 * widest['value']:.0f}",
        low=f"{100 * widest['low']:.0f}",
        high=f"{100 * widest['high']:.0f}",
    )
    own = [100 * row["value"] for row in rows if row["hs"]]
    if own:
        said = tr(
            "{share}, or by chapter from {low} to {high} %",
            share=said,
            low=f"{min(own):.0f}",
            high=f"{max(own):.0f}",
        )
    return tr(
        "Of {partner}'s sales that have a margin under the CEPA, {share} claims the preference "
        "({grade}; {source}). The cost of claiming is calibrated to this: simpler rules win "
        "over the share that does not claim and save paperwork; goods that are not shipped "
        "today because they do not originate are not counted",
        partner=tr(COUNTRY[market.partner]),
        share=said,
        grade=grade_in_words(*(row["grade"] for row in rows)),
        source=widest["source"],
    )
