"""Where the model may be used and where not, from the scores.

``python -m cepasim.calibrate.evidence.verdict`` writes the table that every other face quotes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cepasim.calibrate.backcast import forecasts
from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.history import FLOWS, LAST, LAST_FITTED, START
from cepasim.calibrate.backcast.panel import Panel
from cepasim.calibrate.evidence.calibration import Calibration, calibration
from cepasim.calibrate.evidence.section import Section
from cepasim.calibrate.evidence.words import (
    FLOW_WORDS,
    label,
    percent,
    records,
    signed_percent,
    usd_bn,
)
from cepasim.calibrate.table_command import write_table
from cepasim.economy.loading import load
from cepasim.economy.verdict import DUTIES, EXCHANGE_RATES, TABLE, UNMEASURED

#: Years ahead at which the verdict quotes the fan.
_AHEAD = 5


def section(result: Calibration) -> Section:
    """Where the model may be used and where not, from the scores: words and two tables."""
    pieces: list[str | pd.DataFrame] = [
        *plain_words(result),
        _headline(result),
        "Errors below are WAPE: the mean miss in per cent, weighted by trade.",
        question_table(result),
        f"By section, levels six to eight years ahead (mean miss on {label(LAST_FITTED + 1)} to "
        f"2021-22, sections that trade US$ {result.smallest_section:.0f} mn a year or more). "
        "Where a simple forecast is at least as close, the model adds nothing to it:",
        sector_table(result),
        default_economy(result.backcast),
        _fit_words(result.fit),
    ]
    return Section("Verdict", pieces)


def plain_words(result: Calibration) -> list[str]:
    """The verdict in half a page, for a reader who does not know the models."""
    first = {flow: float(result.backcast.score_of("total", flow)["bias"]) for flow in FLOWS}
    second = {flow: result.second.wape("total", flow) for flow in FLOWS}
    rise = {r["component"]: r["deficit_usd_mn"] for r in records(result.decomposition.totals)}
    worth = result.second.tariff_range.set_index("response")["imports_usd_mn"]
    years = f"{label(LAST_FITTED + 1)} to {label(LAST)}"
    points = [
        f"- **How large trade will be: use the second model.** For {years}, years it had not seen, "
        f"it misses India's imports from Japan by {percent(second['import'])} and exports to Japan "
        f"by {percent(second['export'])}. Sections and chapters are missed by "
        f"{_parts(result)}.",
        f"- **The reference of years to come is a rule with a wide range.** {_fan_words(result)}",
        "- **What a policy changes: use the first model**, and only for the difference between two "
        "runs of the same year. Its levels are not to be quoted: with the use of the CEPA as "
        f"measured, it puts imports {percent(abs(first['import']))} too "
        f"{'high' if first['import'] > 0 else 'low'} and exports {percent(abs(first['export']))} "
        f"too {'high' if first['export'] > 0 else 'low'}.",
        "- **History does not show the response to the CEPA that the elasticities expect.** The "
        f"tariff cuts after {label(START)} should have added {usd_bn(worth[1.0])} to "
        f"imports in {label(LAST)} by the elasticities alone (second model), and explain "
        f"{usd_bn(rise['tariffs'])} of the deficit's rise by {usd_bn(rise['total'])} in "
        "the first. The record before 2019-20 fits best with "
        f"{percent(result.second_settings['import'].tariff)} of that response for imports "
        f"({_ends(result, 'import')}) and "
        f"{percent(result.second_settings['export'].tariff)} for exports "
        f"({_ends(result, 'export')}), where the cuts were worth little in any case.",
        "- **The caveat this puts on scenarios** that cut or withdraw CEPA duties, such as “CEPA "
        "review, both sides open what they excluded”: read the trade they report as the upper part "
        "of what may happen. The direction is sound theory; the size rests on the literature, not "
        "on India's own record.",
    ]
    intro = (
        "**In short.** There are two models of history. The first is the one behind every "
        "scenario: importers choose between suppliers by price. The second only carries forward "
        "Japan's share in what India trades with everybody else."
    )
    return [intro, "\n".join(points)]


def _parts(result: Calibration) -> str:
    """Smallest and largest error of the second model by section and chapter."""
    errors = [result.second.wape(level, flow) for level in ("section", "chapter") for flow in FLOWS]
    return f"{percent(min(errors))} to {percent(max(errors))}"


def _ends(result: Calibration, flow: str) -> str:
    low, high = result.second_response[flow]
    if low == high:
        return "no other share fits as well"
    return f"{percent(low)} to {percent(high)} fit as well"


def fan_ends(result: Calibration, flow: str, level: str, ahead: int) -> str:
    """Ends of the fan: what came against what was forecast, in percent."""
    fan = result.fan
    one = fan[(fan["flow"] == flow) & (fan["level"] == level) & (fan["years_ahead"] == ahead)]
    ends = np.expm1(one[["error_low_log", "error_high_log"]].to_numpy(float)[0])
    return " to ".join(signed_percent(float(end)) for end in ends)


def _fan_words(result: Calibration) -> str:
    """Growth of the central variant and the fan five years ahead, in words."""
    central = result.growth[result.growth["variant"] == "central"].set_index("flow")["value"]
    ends = {flow: fan_ends(result, flow, "total", _AHEAD) for flow in FLOWS}
    return (
        "In the central variant, chosen on years to 2018-19, exports grow by "
        f"{float(central['export']):g} % and imports by {float(central['import']):g} % a year in "
        f"constant dollars; {_AHEAD} years on, trade differed from 90 % of such forecasts by "
        f"{ends['export']} (exports) and {ends['import']} (imports); a minus means less trade than "
        "forecast. Read changes, not levels."
    )


def _headline(result: Calibration) -> str:
    """Errors of the totals beside the best simple forecast, and the bounds missed."""
    said = []
    for flow in FLOWS:
        own = result.backcast.score_of("total", flow)
        name, error = _closest(result.backcast, "total", flow)
        said.append(
            f"{FLOW_WORDS[flow]} of {label(LAST_FITTED + 1)} to {label(LAST)} missed by "
            f"{percent(own['wape'])} (bias {signed_percent(own['bias'])}; {name} from the same "
            f"year: {percent(error)})"
        )
    words = f"**The first model, started in {label(START)}: {', '.join(said)}.** "
    if len(result.bounds):
        missed = int((~result.bounds["met"]).sum())
        words += f"Of {len(result.bounds)} bounds set beforehand {missed} are missed. "
    return words + (
        "The model is made for the difference between a scenario and a reference of the same year; "
        "it is not a forecast of levels. The backcast judges its drivers and its levels, and only "
        "indirectly those differences."
    )


def _closest(report: Backcast, level: str, flow: str) -> tuple[str, float]:
    """The simple forecast from the first year with the smallest WAPE."""
    errors = {
        s: float(report.score_of(level, flow, f"{s} {label(START)}")["wape"])
        for s in forecasts.SIMPLE
    }
    name = min(errors, key=lambda s: errors[s])
    return name, errors[name]


def question_table(result: Calibration) -> pd.DataFrame:
    """Questions people ask, whether the model may answer them, and why."""
    table = verdict_table(result)
    answers = table["answer"].str.replace(r"^no\b", "**no**", regex=True)
    return pd.DataFrame(
        {
            "question": table["asked"],
            "may the first model be used?": answers,
            "why": table["why"],
        }
    )


def verdict_table(result: Calibration) -> pd.DataFrame:
    """The verdict as the table that other faces quote, `economy.verdict.TABLE`."""
    rows = []
    for level, flow, words in (
        ("total", "export", "How much will India export to Japan in all?"),
        ("total", "import", "How much will it import from Japan in all?"),
        ("total", "balance", "How large will the deficit be?"),
        ("chapter", "export", "How much of one chapter will it export?"),
        ("chapter", "import", "How much of one chapter will it import?"),
    ):
        rows.append((f"{level}_{flow}", words, *_level_answer(result, level, flow), ""))
    rows += [
        (
            "years_to_come",
            "How large will trade be in the years to come?",
            "only with its range",
            _fan_words(result),
            "",
        ),
        (
            DUTIES,
            "What does a tariff cut change?",
            tariff_answer(result.panel),
            _why_duties(result),
            _duties_note(result),
        ),
        (
            EXCHANGE_RATES,
            "What does the exchange rate change?",
            "no, or only beside the case of no pass-through",
            _why_exchange_rates(result),
            _exchange_rate_note(result),
        ),
        (
            UNMEASURED,
            "What do barrier relief, the fund, simpler proof of origin or buyers leaving China do?",
            "not judged here",
            "Nothing of the kind was measured in these years; the ranges of the parameters "
            "(grade D) are all there is.",
            f"History cannot check this: from {label(START)} to {label(LAST)} nobody measured what "
            "barriers, proof of origin, the fund or moved purchases did (see Evidence)",
        ),
        (
            "losers",
            "Who loses in Japan?",
            "not judged here",
            "Japan's imports are observed by source and group of goods; chapters are an estimate.",
            "",
        ),
    ]
    table = pd.DataFrame(rows, columns=["question", "asked", "answer", "why", "note"])
    return table.assign(
        source="own calculation, python -m cepasim.calibrate.evidence.verdict",
        year=label(LAST),
        grade="C",
    )


def _why_duties(result: Calibration) -> str:
    rise = {r["component"]: r["deficit_usd_mn"] for r in records(result.decomposition.totals)}
    by_assumption = {row["assumption"]: row for row in records(result.decomposition.ranges)}
    full = by_assumption["full use of the preference"]["tariffs_usd_mn"]
    return (
        f"The cuts after {label(START)} explain {usd_bn(rise['tariffs'])} of the deficit's "
        f"rise by {usd_bn(rise['total'])} with the preference used as measured, "
        f"{usd_bn(full)} if every shipment claimed it at no cost: the range is about the "
        f"use of preferences. {result.panel.verdict}"
    )


def _duties_note(result: Calibration) -> str:
    """What a result with levers on duties says: how much of the response the record shows."""
    imports = result.second_settings["import"].tariff
    shown = "none of it" if imports == 0 else f"{percent(imports)} of it"
    exports = f"its exports show {percent(result.second_settings['export'].tariff)}"
    if result.second_response["export"] == (0.0, 1.0):
        exports = "its exports cannot tell"
    upper = (
        ": read the effect of a change in duties on trade as the upper part of what may happen"
        if imports < 1
        else ""
    )
    return (
        f"Duties: the size of the response rests on the literature. Trade of {label(START)} to "
        f"{label(LAST_FITTED)} {'does not show' if imports < 1 else 'shows'} the response to the "
        f"CEPA's cuts that the elasticities expect (India's imports show {shown}, {exports})"
        f"{upper} (see Evidence)"
    )


def _why_exchange_rates(result: Calibration) -> str:
    by_assumption = {row["assumption"]: row for row in records(result.decomposition.ranges)}
    none = by_assumption["no pass-through of exchange rates"]
    bias = float(result.backcast.score_of("total", "import")["bias"])
    share = result.backcast.score_of("total", "import", f"constant share {label(START)}")["bias"]
    currency = result.second_settings["import"].currency
    fitted = result.backcast.parameters.set_index("name")["value"]["backcast_pass_through"]
    return (
        f"With the weak yen the model expects {percent(abs(bias))} "
        f"{'more' if bias > 0 else 'less'} imports than came; a constant share of demand "
        f"misses by {signed_percent(share)}. Without pass-through demand explains "
        f"{usd_bn(none['demand_usd_mn'])} of the deficit's rise, exchange rates and "
        f"prices {usd_bn(none['prices_usd_mn'])}, and the rest is "
        f"{usd_bn(none['rest_usd_mn'])}. The second model, which fits trends beside the "
        f"yen, finds that imports move by {currency:g} % where the yen moves by 1 % (0.2 % on "
        "two origins only); the lever `exchange_rate` passes on "
        f"{percent(result.passed_on[0])} ({percent(result.passed_on[1])} to "
        f"{percent(result.passed_on[2])}, `exchange_rate_pass_through`), not the "
        f"{percent(fitted)} that the first model's fit found."
    )


def _exchange_rate_note(result: Calibration) -> str:
    return (
        f"Exchange rates: India's trade with Japan from {label(START)} on rejects full "
        f"pass-through ({percent(result.passed_on[1])} to {percent(result.passed_on[2])} reaches "
        "trade): what they change is not a question the model answers well (see Evidence)"
    )


def _level_answer(result: Calibration, level: str, flow: str) -> tuple[str, str]:
    """Whether levels may be read off the model, and why."""
    own = float(result.backcast.score_of(level, flow)["wape"])
    name, error = _closest(result.backcast, level, flow)
    why = f"WAPE {100 * own:.1f} %; {name} from {label(START)} {100 * error:.1f} %; second model "
    why += f"{100 * result.second.wape(level, flow):.1f} %"
    if level == "total":
        inside = float(result.backcast.score_of("section", flow)["wape"])
        why += f"; errors of sections ({percent(inside)}) offset each other in part"
    if own > result.usable_error:
        return "no", why
    return ("roughly" if own < error else f"roughly, but rather {name}"), why


def tariff_answer(panel: Panel) -> str:
    """What may be said of a tariff, given the estimate with source-year effects."""
    strict = panel.estimates.iloc[1]
    if strict["low"] <= 0 <= strict["high"]:
        return "a range from theory and literature, which these years neither confirm nor refute"
    return "sign and order of magnitude" if strict["high"] < 0 else "no"


def sector_table(result: Calibration) -> pd.DataFrame:
    """Sections by flow: usable and better than simple forecasts, usable, not usable."""
    s = result.backcast.section_scores
    s = s[s["mean_usd_mn"] >= result.smallest_section]
    simple = [f"wape_{name.replace(' ', '_')}" for name in forecasts.SIMPLE]
    usable = s["wape"] <= result.usable_error
    better = s["wape"] < s[simple].min(axis=1)
    within = percent(result.usable_error)
    classes = {
        f"within {within}, closer than every simple forecast": usable & better,
        f"within {within}, a simple forecast at least as close": usable & ~better,
        f"not within {within}": ~usable,
    }
    rows = [
        {"flow": FLOW_WORDS[flow]}
        | {
            words: "; ".join(
                f"{r['section']} {r['name']} ({percent(r['wape'])})"
                for r in records(s[chosen & (s["flow"] == flow)])
            )
            or "none"
            for words, chosen in classes.items()
        }
        for flow in FLOWS
    ]
    return pd.DataFrame(rows)


def default_economy(report: Backcast) -> str:
    """Why the default economy does not use what was fitted, with the width of the ranges."""
    p = report.parameters[report.parameters["prior_low"].notna()]
    ends = p[["low", "high", "prior_low", "prior_high"]].to_numpy(float, copy=True)
    logs = ~p["name"].eq("backcast_pass_through").to_numpy()
    ends[logs] = np.log(ends[logs])
    narrower = 1 - (ends[:, 1] - ends[:, 0]) / (ends[:, 3] - ends[:, 2])
    inside = p["value"].between(p["prior_low"], p["prior_high"]).all()
    return (
        "**The default economy does not use what was fitted.** "
        f"{'Every' if inside else 'Not every'} estimate lies within the 90 % range that the "
        f"literature leaves, and the window makes these ranges only {percent(narrower.min())} to "
        f"{percent(narrower.max())} narrower: it tells too little to move the elasticities and "
        "lags of scenarios, which stay those of the literature. The fit serves the backcast and "
        "the decomposition on this page."
    )


def _fit_words(fit: Mapping[str, str]) -> str:
    """Metadata of the fitted file in a sentence."""
    if not fit:
        return "The fitted file in use carries no metadata."
    return (
        "What was fitted: [history/backcast_fit.csv](../params/history/backcast_fit.csv), data "
        f"vintage {fit['data_vintage']}, code version cepasim {fit['cepasim']}, window "
        f"{fit['window']}, base year {fit['base_year']}, fitted on {fit['date']}, judged on "
        f"{fit['judged_on']}. [Its metadata](../params/history/backcast_fit.yaml) name the digest "
        "of every table read; a test repeats the fit."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge and write the table; returns the exit code."""
    return write_table(
        TABLE,
        "cepasim.calibrate.evidence.verdict",
        f"Score the models of history and write {TABLE}.",
        lambda directory: verdict_table(calibration(load(directory))),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
