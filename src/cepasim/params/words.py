"""What parameters are called by people: words for a table, a note or a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cepasim.core.countries import COUNTRY
from cepasim.core.language import mark, ntr, separated, tr

#: Names of parameters, whatever country, source or chapter a row of theirs is for.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "actionable_share_border": "Part of delay at the border that policy can remove",
        "actionable_share_process": "Part of registration and paper that policy can remove",
        "actionable_share_sps": "Part of food safety and plant health rules that policy can remove",
        "actionable_share_tbt": "Part of standards and approvals that policy can remove",
        "additionality": "Part of the fund's capital that is new",
        "advice_gap": "Gap between search and model that is corrected",
        "advice_nearness": "Amount within which a target counts as reached",
        "agreement_cut_end": "Cut of India's duty by another agreement, at its end",
        "agreement_cut_now": "Cut of India's duty by another agreement, in the base year",
        "agreement_start": "First year of another agreement's later cuts",
        "agreement_years": "Years of another agreement's later cuts",
        "agreements_later": "Part of other agreements' later cuts that comes",
        "anchor_known_years": "How far published trade after the base year is followed",
        "b15_instalments": "Instalments of category B15 of the CEPA",
        "b15_remaining_steps": "Instalments of category B15 left after the base year",
        "backcast_adjustment": "Yearly adjustment of trade fitted to 2013-24",
        "backcast_elasticity_scale": "Factor on elasticities fitted to 2013-24",
        "backcast_pass_through": "Exchange-rate pass-through fitted to 2013-24",
        "backcast_trend": "Unexplained trend fitted to 2013-24",
        "bangladesh_ldc_end": "Year in which Bangladesh leaves the treatment of least developed",
        "border_ave_per_day": "Cost of a day at the border",
        "border_days": "Days at the border",
        "capital_goods_chapter_share": "Share of a chapter in machinery bought in Japan",
        "captive_offtake": "Part of the fund's exports that the parent company buys",
        "common_variance": "Part of an error that related values share",
        "consignment_spread": "Spread of the size of consignments",
        "consignments_with_trade": "How far consignments grow with trade",
        "cost_of_public_funds": "Welfare cost of a dollar of taxes",
        "depreciation": "Depreciation of the fund's plants",
        "disbursement_rate": "Part of the fund's budget that is paid out",
        "discount_rate": "Discount rate of later years",
        "epsilon_domestic": "How easily domestic producers supply more (elasticity of supply)",
        "epsilon_supply": "How easily exporters supply more (elasticity of supply)",
        "eta": "How demand answers prices (elasticity of demand)",
        "exchange_rate_pass_through": "Exchange-rate pass-through into trade",
        "export_share": "Part of the fund's output that is exported",
        "freight_insurance": "Freight and insurance",
        "fund_size_evidence": "Size of the fund beyond which nothing is known",
        "gestation_lag": "Years from a grant to the first output",
        "gsp_use": "Use of the generalised preference",
        "india_duty_in_force": "Factor on India's duties in force",
        "input_content": "Japanese inputs in India's output",
        "input_content_chapter_share": "Share of a chapter in Japanese inputs",
        "japan_share_of_exports": "Japan's share of the fund's exports",
        "japanese_inputs_per_output": "Japanese inputs per output of the fund's plants",
        "japanese_ownership": "Japanese share in the surplus of the fund's plants",
        "japanese_share_of_capital_goods": "Japan's share of the plants' machinery",
        "jobs_per_usd_mn": "Jobs per US$ million of output",
        "lag_decay": "How fast trade goes on adjusting after the first year",
        "lag_first_year": "How fast trade follows policy: part in the first year",
        "largest_move_of_a_chapter": "Largest move of a chapter's trade on record",
        "largest_quantile": "Quantile of the largest move on record",
        "named_gain_least": "Smallest gain that is named",
        "noise_chance": "Chance below which noise does not explain a draw",
        "ntb_scale": "Size of all barriers",
        "nu_process": "Barrier: registration and paper",
        "nu_sps": "Barrier: food safety and plant health rules",
        "nu_tbt": "Barrier: standards and approvals",
        "output_capital_ratio": "Output of the fund's plants per capital",
        "origin_fabric_abroad": "Part of clothing that needs fabric from abroad",
        "package_relief_percent": "Most relief of barriers that a search for a package tries",
        "partial_coverage_share": "Part of a partly covered product that the CEPA frees",
        "prior_adjustment": "Yearly adjustment of trade before the fit",
        "prior_elasticity_scale": "Factor on elasticities before the fit",
        "prior_pass_through": "Exchange-rate pass-through before the fit",
        "prohibitive_rate": "Duty from which almost nothing comes in",
        "ramp_1": "Use of new capacity in its first year",
        "ramp_2": "Use of new capacity in its second year",
        "ramp_3": "Use of new capacity in its third year",
        "real_demand_growth": "Growth of demand",
        "redirection_many_times": "Redirected exports beyond which a result warns",
        "relief_cost_exporter": "What relief of a barrier costs exporters",
        "relief_cost_state": "What relief of a barrier costs the states",
        "rent_share": "Part of a barrier that is a rent",
        "rent_share_to_importer": "Part of that rent that stays with the importer",
        "roll_back_share": "Part of a rival's tariff cuts that was done by the base year",
        "rule_of_two": "Substitution for domestic goods over that between sources",
        "sigma_domestic": "Substitution of imports for domestic goods (elasticity)",
        "sigma_import": "Substitution between sources of imports (elasticity)",
        "size_follows_partner": "How far other trade in a product follows the pair's",
        "sourcing_shift": "Part of purchases in China that moves",
        "subsidy_rate": "Grant per eligible capital",
        "surcharge_india": "India's social welfare surcharge",
        "surge_trigger": "Rise of imports that may call for a safeguard",
        "third_market_tariff_response": "Response of exports to a third market's tariff",
        "unusual_price": "Move of India's price beyond which a result warns",
        "us_redirection_share": "Part of exports freed by a US tariff offered to Japan",
        "utilisation_max": "Largest use of the CEPA preference",
        "utilisation_observed": "Use of the CEPA preference today",
        "utilisation_rivals": "Use of a rival's preference",
        "yen_per_dollar_2021": "Yen per dollar in 2021",
    }
)
#: Beginnings of families of names, for those with a member for each of many things.
_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "depth_most_": mark("Largest depth with evidence: {which}"),
        "origin_cost_factor_": mark(
            "Factor on the cost of claiming under another origin rule: {which}"
        ),
        "origin_reach_": mark("Part of trade that another origin rule lets claim: {which}"),
        "origin_saving_": mark("Saving of cost under another origin rule: {which}"),
    }
)
_WINDOWS = {"labour_intensive": mark("labour-intensive"), "sunrise": mark("sunrise")}
#: Members of these families, as their names have them.
_MEMBERS = (
    mark("remedy add percent"),
    mark("sourcing share percent"),
    mark("quota share of benchmark percent"),
    mark("exchange rate depreciation percent"),
    mark("fund usd bn"),
    mark("entry share percent"),
    mark("external tariff percent"),
    mark("external cost percent"),
    mark("quota usd mn"),
    mark("external demand percent"),
    mark("offtake usd mn"),
    mark("cth"),
    mark("one process"),
    mark("de minimis"),
    mark("asean cumulation"),
    mark("ctsh or va35"),
    mark("self certification"),
)
#: Units that are fractions, and read better as per cent.
FRACTIONS = (
    "share",
    "AVE",
    "grant / eligible capex",
    "growth per year",
    "rate per year",
    "per year",
)
#: Beginnings of units that are rates of something and no fractions.
_NOT_FRACTIONS = ("response", "factor", "US$", "log")


def in_words(row: Mapping[Any, Any]) -> str:
    """Return a parameter in words: what it is, for whom, for which chapters.

    Parameters
    ----------
    row : mapping
        A row of a parameter table: ``name``, ``parameter``, ``importer``, ``exporter``, ``hs``,
        ``window``.

    Returns
    -------
    str
    """
    parameter = str(row["parameter"])
    parts = [_said(parameter)]
    importer, exporter = (_place(row.get(side)) for side in ("importer", "exporter"))
    if importer and exporter:
        parts.append(tr("{exporter} in {importer}", exporter=exporter, importer=importer))
    elif importer or exporter:
        parts.append(importer or exporter)
    elif str(row["name"]).endswith(("_jpn", "_ind")):
        parts.append(_place(str(row["name"])[-3:].upper()))
    elif str(row["name"]).endswith("_others"):
        parts.append(tr("all others"))
    if hs := str(row.get("hs") or ""):
        parts.append(_chapters(hs, 1 if hs.isdigit() else 2))
    if window := str(row.get("window") or ""):
        parts.append(tr(_WINDOWS.get(window, window)))
    return separated(parts)


def _said(parameter: str) -> str:
    """Words of a parameter itself."""
    if parameter in WORDS:
        return tr(WORDS[parameter])
    family = next((one for one in _FAMILIES if parameter.startswith(one)), "")
    rest = parameter.removeprefix(family).replace("_", " ")
    return tr(_FAMILIES[family], which=tr(rest)) if family else rest.capitalize()


def _chapters(hs: str, number: int) -> str:
    return ntr("chapter {hs}", "chapters {hs}", number, hs=hs)


def name_in_words(name: str) -> str:
    """Return a parameter in words from its name alone, such as ``nu_sps_jpn_01_05``."""
    known = [*WORDS, *_FAMILIES]
    stem = max((one for one in known if name.startswith(one)), key=len, default="")
    rest = [part for part in name.removeprefix(stem).split("_") if part]
    row = {"name": name, "parameter": stem if stem in WORDS else name}
    if stem not in WORDS:
        return in_words(row)
    chapters = "-".join(part for part in rest if part.isdigit())
    words = [_place(part.upper()) if len(part) == 3 else part for part in rest]
    words = [word for word in words if not word.isdigit()]
    tail = [_where(words)] if words else []
    tail += [_chapters(chapters, 2 if "-" in chapters else 1)] if chapters else []
    return separated([tr(WORDS[stem]), *tail])


def _where(words: Sequence[str]) -> str:
    """Say whose a value is, and whose goods it is about; what is no country is said as it is."""
    if not all(word in map(tr, COUNTRY.values()) for word in words):
        return " ".join(words).lower()
    if len(words) == 2:
        return tr("{exporter} in {importer}", exporter=words[0], importer=words[1])
    return separated(words)


def _place(code: object) -> str:
    return tr(COUNTRY.get(str(code), str(code or "")))


def is_fraction(unit: str) -> bool:
    """Whether a unit is a fraction of one, which reads better as per cent."""
    if unit.startswith(_NOT_FRACTIONS):
        return False
    return unit.startswith(FRACTIONS) or unit.endswith(FRACTIONS)


def amount(value: float, unit: str) -> str:
    """Return a value with at most four digits that count, as per cent where it is a fraction."""
    if value != value:
        return "–"
    if value in (float("inf"), float("-inf")):
        return tr("infinite")
    if not is_fraction(unit):
        return f"{value:.4g}"
    return tr("{number} %", number=f"{100 * value:.4g}")
