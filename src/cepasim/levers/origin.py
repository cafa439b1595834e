"""The origin lever: simpler rules of origin make a preference cheaper to claim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from cepasim.core.arrays import Floats
from cepasim.core.countries import ADJECTIVE, COUNTRY
from cepasim.core.problems import closest
from cepasim.economy.economy import Economy
from cepasim.economy.market import Market
from cepasim.levers.bilateral import AgreementLever
from cepasim.levers.fields import PERCENT_TEXT, Percent, Years, as_tuple, fault
from cepasim.levers.lever import Example, Quantity
from cepasim.levers.measure import Acting, Measure, of_kind
from cepasim.levers.words import chapters_in_words, number_in_words, selection_in_words
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.products.selection import Complaint

#: Gives each of some products the value of a parameter in its chapter.
ByProduct: TypeAlias = Callable[[str], Floats]


#: Today's rule: both a change of subheading and 35 % of the value.
TODAY = "ctsh_and_va35"
#: Rules by name, and what people call them.
RULES: Mapping[str, str] = {
    TODAY: "today's rule (change of subheading and 35 % of value)",
    "cth": "a change of heading",
    "ctsh_or_va35": "a change of subheading or 35 % of value",
    "one_process": "one process for clothing",
    "de_minimis": "a wider tolerance for small inputs",
    "asean_cumulation": "inputs of ASEAN count as originating",
    "self_certification": "the exporter's own declaration",
}
#: Rules about the proof alone: what originates, and of what it is made, stay as they are.
PAPER_ONLY = ("self_certification",)
_RULE_TEXT = f"one of {', '.join(RULES)}, or a list of them"


def _rules(given: object) -> object:
    """Read one rule or a list; the order in which they are written does not matter."""
    names = as_tuple(given)
    if not names:
        raise fault(_RULE_TEXT)
    for name in names if isinstance(names, tuple) else ():
        if name not in RULES:
            raise fault(_RULE_TEXT + closest(name, RULES))
    return tuple(name for name in RULES if name in names)  # type: ignore[operator]


class OriginLever(AgreementLever):
    """Make it cheaper to prove origin under the agreement, or let more goods originate.

    ``cost_cut_percent`` says by how much claiming costs less. ``rule`` names another rule of
    origin instead: what it does to the cost of claiming, to what can claim at all and to the cost
    of inputs are parameters (``tariffs/origin_rules``). Several rules act together.
    """

    kind: ClassVar[str] = "origin"
    title: ClassVar[str] = "Origin rules"
    sizes: ClassVar[tuple[str, ...]] = ("cost_cut_percent",)

    cost_cut_percent: Percent | None = Field(default=None, description=PERCENT_TEXT)
    rule: Annotated[
        tuple[str, ...] | None, BeforeValidator(_rules), Field(description=_RULE_TEXT)
    ] = None
    years: Years = 1

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.cost_cut_percent is None) == (self.rule is None):
            raise fault(f"cost_cut_percent: {PERCENT_TEXT}; either that or rule")
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
            return "origin_saving_", "what other rules of origin save"
        return "utilisation_observed", "how much of the trade claims the CEPA today"

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
        what = selection_in_words(self.select, classification)
        goods = f"{ADJECTIVE[self.partner]} goods in {COUNTRY[self.importer]} ({what})"
        if self.rule is not None:
            named = " and ".join(RULES[name] for name in self.rule)
            return f"the rule of origin for {goods} becomes {named}"
        cut = number_in_words(self.cost_cut_percent)
        return f"proving origin for {goods} costs {cut} % less"

    def unavailable(self, economy: Economy) -> Iterable[Complaint]:
        """A rule that says nothing about the products selected."""
        for name in self.rules:
            where = _chapters_of(economy, name)
            chosen = set(economy.classification.select(self.select).chapters)
            if not chosen & set(where):
                yield Complaint(
                    ("rule",), name, f"{RULES[name]}: a rule about {', '.join(where)} only"
                )

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
            yield (
                f"No preference margin in {chapters_in_words(none, economy.classification)}: "
                "simpler origin rules save nothing there"
            )
        named = dict.fromkeys(name for one, _ in of_kind(measures, cls) for name in one.rules)
        for name in named:
            yield _rule_note(economy, name, COUNTRY[market.partner])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One on each side, and every rule by name."""
        clothing = {"importer": "JPN", "select": {"section": "XI"}, "start": "2026-27"}
        return (
            Example(
                "in Japan",
                {
                    "importer": "JPN",
                    "select": {"section": "XI"},
                    "cost_cut_percent": 60,
                    "start": "2026-27",
                },
                "+++-0",
                "more of India's clothing claims the preference",
            ),
            Example(
                "in India",
                {
                    "importer": "IND",
                    "select": {"all": True},
                    "cost_cut_percent": 60,
                    "start": "2026-27",
                    "years": 3,
                },
                "0+-0-",
                "more of Japan's goods claim theirs: most of the margin is on India's side",
            ),
            Example(
                "one process",
                clothing | {"rule": "one_process"},
                "+++-0",
                "clothing of imported fabric originates: more claims, cheaper inputs",
            ),
            Example(
                "either test",
                clothing | {"select": {"all": True}, "rule": "ctsh_or_va35"},
                "+++-0",
                "one test instead of two: cheaper to prove, and more goods pass",
            ),
            Example(
                "change of heading",
                {
                    "importer": "IND",
                    "select": {"hs": ["84", "85"]},
                    "rule": "cth",
                    "start": "2026-27",
                },
                "0+-0-",
                "Japanese machinery need not prove its value content",
            ),
            Example(
                "de minimis",
                clothing | {"rule": "de_minimis"},
                "+++-0",
                "a small foreign input no longer costs the origin",
            ),
            Example(
                "cumulation",
                clothing | {"select": {"all": True}, "rule": "asean_cumulation"},
                "+++-0",
                "inputs of ASEAN count as India's own",
            ),
            Example(
                "self-certification",
                clothing | {"rule": "self_certification"},
                "+++-0",
                "no certificate to pay and wait for: small consignments claim",
            ),
            Example(
                "two rules",
                clothing | {"rule": ["ctsh_or_va35", "self_certification"]},
                "+++-0",
                "what India asks for together: either test, declared by the exporter",
            ),
        )


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
        return f"{100 * row['value']:.3g} % ({low:.3g} to {high:.3g})"

    said = (
        f"Rule {name}: claiming costs {percent(f'origin_cost_factor_{name}')} of what it does today"
    )
    if name in PAPER_ONLY:
        return f"{said} (grade {grades[0]}); what originates stays as it is"
    reach, saving = percent(f"origin_reach_{name}"), percent(f"origin_saving_{name}")
    said += f", {reach} of the goods that cannot claim today could, and "
    if name == "one_process":
        said += (
            f"a maker without fabric of its own saves {saving} of its cost, which holds for "
            f"{percent('origin_fabric_abroad')} of {whose}'s clothing; orders that its weavers "
            "lose are not counted"
        )
    else:
        said += f"other inputs save {saving} of their cost"
    return (
        f"{said} (grade {'/'.join(sorted(set(grades)))}). Goods that are not shipped today because "
        "they do not originate come in through the lower cost only"
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
    said = (
        f"{100 * widest['value']:.0f} % ({100 * widest['low']:.0f} to {100 * widest['high']:.0f})"
    )
    own = [100 * row["value"] for row in rows if row["hs"]]
    if own:
        said += f", or by chapter from {min(own):.0f} to {max(own):.0f} %"
    whose = COUNTRY[market.partner]
    grades = "/".join(sorted({str(row["grade"]) for row in rows}))
    return (
        f"Of what {whose} sells under the CEPA with a margin, {said} claims its preference (grade "
        f"{grades}; {widest['source']}). The cost of claiming is calibrated to it: simpler rules "
        "gain the share that does not claim and save paperwork; goods that are not shipped today "
        "because they do not originate are not counted"
    )
