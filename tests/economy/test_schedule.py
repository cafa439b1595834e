"""Japan's and India's schedules against the rules by which they were written, line by line."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.economy.marks import told_apart
from cepasim.economy.schedule import TariffSchedule

BASE, FINAL = np.array([2023]), np.array([2026])
#: Sources that pay in Japan in different ways: an agreement, a later one, two treatments, none.
PAYING = ["IND", "CHN", "BGD", "MMR", "ROW"]


@pytest.fixture(scope="module")
def japan(economy: Economy) -> TariffSchedule:
    return economy.markets["JPN"].schedule


@pytest.fixture(scope="module")
def india(economy: Economy) -> TariffSchedule:
    return economy.markets["IND"].schedule


@pytest.fixture(scope="module")
def table(economy: Economy) -> pd.DataFrame:
    return economy.parameters.table("tariffs/japan_lines")


def of_line(schedule: TariffSchedule, source: str, line: str, year: int) -> float:
    [place] = np.flatnonzero(schedule.lines == line)
    return float(100 * schedule.line_rates(source, np.array([year]))[0, place])


# --- Japan: what India pays ---------------------------------------------------------------------


def test_a_blank_for_india_means_the_mfn_rate(japan: TariffSchedule, table: pd.DataFrame) -> None:
    """Excluded lines and the 26 partial ones alike: the schedule prints no rate for them."""
    blank = table[table["IND"].isna()]
    assert set(blank["cepa_status"]) == {"X", "partial"}
    assert (blank["cepa_status"] == "partial").sum() == 26
    places = np.isin(japan.lines, blank["hs9"])
    for year in (BASE, FINAL):
        np.testing.assert_array_equal(japan.line_rates("IND", year)[0, places], japan.mfn[places])


def test_partial_lines_have_a_free_line_beside_them_where_india_sells(
    japan: TariffSchedule, economy: Economy
) -> None:
    """So what the agreement frees inside them makes no difference at the best line."""
    trade = known_product_trade(economy.parameters, japan)
    in_part = np.unique(japan.product_of_line[japan.category == "partial"])
    best = Economy.build(economy.parameters, "best").markets["JPN"].schedule
    rates = best.product_rates(japan.line_rates("IND", BASE), "IND")[0]
    sold = in_part[trade[in_part] > 0]
    assert len(sold) > 0 and (rates[sold] == 0).all()


def test_what_is_free_under_the_agreement_is_free_or_b15(
    japan: TariffSchedule, table: pd.DataFrame
) -> None:
    free = np.isin(japan.category, ["free", "mfn_free"])
    assert (japan.line_rates("IND", FINAL)[0, free] == 0).all()
    staged = set(table.loc[table["b15_rate_jan_2026_pct"].notna(), "hs9"])
    positive = japan.lines[free & (japan.line_rates("IND", BASE)[0] > 0)]
    assert set(positive) == staged
    assert set(table.loc[table["hs9"].isin(staged), "cepa_status"]) == {"free"}


def test_b15_bases_round_to_the_mfn_rate(japan: TariffSchedule, economy: Economy) -> None:
    """Sixteen times the last step is the MFN rate up to rounding: the category is right."""
    left = economy.parameters.value("b15_remaining_steps")
    count = economy.parameters.value("b15_instalments")
    base = japan.line_rates("IND", BASE)[0]
    staged = (japan.category == "free") & (base > 0)
    implied = base[staged] / left * count
    # Steps are printed to a tenth of a percent. Oranges have two seasons and one printed step.
    rounding = 0.0005 * count + 1e-9
    gap = np.abs(implied - japan.mfn[staged])
    assert set(japan.lines[staged][gap > rounding]) <= {"080510000"}


def test_seasonal_lines_take_the_mean_of_the_seasons(
    japan: TariffSchedule, table: pd.DataFrame
) -> None:
    seasonal = table[table["season"] != "all"]
    assert seasonal["hs9"].nunique() == 8
    assert len(np.unique(japan.lines)) == len(japan.lines)
    [place] = np.flatnonzero(japan.lines == "080390100")  # bananas: 20 % and 25 %
    assert japan.mfn[place] == pytest.approx(0.225)
    assert of_line(japan, "PHL", "080390100", 2026) == pytest.approx((8 + 18) / 2)


def test_seasons_agree_on_who_has_a_preference(table: pd.DataFrame) -> None:
    """Or the mean over seasons would read a blank as the other season's rate."""
    seasonal = table[table["season"] != "all"]
    sources = [c for c in table.columns if c.isupper() and c != "hs9"]
    blank = seasonal.set_index("hs9")[sources].isna().groupby(level=0).nunique()
    assert (blank == 1).all(axis=None)


def test_duties_keep_their_kind(japan: TariffSchedule, india: TariffSchedule) -> None:
    kinds = dict(zip(*np.unique(japan.kind, return_counts=True), strict=True))
    assert {"ad_valorem", "free", "specific", "compound", "higher_of"} <= set(kinds)
    # A specific duty has no rate, and never one of zero.
    assert np.isnan(japan.mfn[japan.kind == "specific"]).all()
    assert (japan.mfn[japan.kind == "free"] == 0).all()
    # Of either-or duties the ad-valorem part is what is known.
    assert (japan.mfn[japan.kind == "higher_of"] > 0).all()
    assert set(india.kind) == {"free", "ad_valorem", "higher_of", "other", NO_LINE}


# --- GSP ----------------------------------------------------------------------------------------


def test_gsp_for_india_is_off_by_default(economy: Economy, japan: TariffSchedule) -> None:
    off = economy.with_overrides({"gsp_use_ind": 0.0}).markets["JPN"].schedule
    np.testing.assert_array_equal(japan.rate_base, off.rate_base)


def test_gsp_lowers_what_the_agreement_leaves_and_nothing_else(
    economy: Economy, japan: TariffSchedule, table: pd.DataFrame
) -> None:
    market = economy.with_overrides({"gsp_use_ind": 1.0}).markets["JPN"]
    for year in (BASE, FINAL):
        before, after = (s.line_rates("IND", year)[0] for s in (japan, market.schedule))
        lower = np.flatnonzero(np.nan_to_num(before - after) > 1e-12)
        assert set(japan.category[lower]) == {"X", "partial"}
        gsp = table.groupby("hs9")["GSP"].mean().loc[japan.lines[lower]] / 100
        np.testing.assert_allclose(after[lower], gsp)
        np.testing.assert_array_equal(np.isnan(before), np.isnan(after))
    others = [i for i, source in enumerate(japan.exporters) if source != "IND"]
    np.testing.assert_array_equal(japan.rate_base[:, others], market.schedule.rate_base[:, others])
    assert of_line(market.schedule, "IND", "160414010", 2023) == pytest.approx(6.4)  # tuna, 9.6
    half = economy.with_overrides({"gsp_use_ind": 0.5}).markets["JPN"].schedule
    assert of_line(half, "IND", "160414010", 2023) == pytest.approx(8.0)


# --- competitors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "done"),
    [("CHN", 3 / 6), ("KOR", 3 / 6), ("EU27", 6 / 9), ("GBR", 6 / 9), ("USA", 5 / 8)],
)
def test_agreements_still_falling_are_rolled_back(
    japan: TariffSchedule, source: str, done: float
) -> None:
    column = japan.exporters.index(source)
    final, base = japan.rate_schedule[:, column], japan.rate_base[:, column]
    cut = ~np.isnan(japan.mfn) & (japan.mfn - final > 1e-9)
    assert cut.sum() > 500
    np.testing.assert_allclose((japan.mfn - base)[cut] / (japan.mfn - final)[cut], done, atol=1e-5)


@pytest.mark.parametrize("source", ["VNM", "THA", "IDN", "MYS", "PHL", "SGP", "AUS", "CHE"])
def test_other_agreements_stand_as_they_are(japan: TariffSchedule, source: str) -> None:
    column = japan.exporters.index(source)
    np.testing.assert_array_equal(japan.rate_base[:, column], japan.rate_schedule[:, column])
    assert japan.last_change(source) == 2023


@pytest.mark.parametrize("source", ["TWN", "ARE", "ROW"])
def test_sources_without_an_agreement_pay_mfn(japan: TariffSchedule, source: str) -> None:
    np.testing.assert_array_equal(japan.line_rates(source, BASE)[0], japan.mfn)


def test_least_developed_countries_share_a_column(japan: TariffSchedule) -> None:
    years = np.array([2023, 2026, 2029, 2035])
    rates = {c: japan.line_rates(c, years) for c in ("BGD", "KHM", "MMR")}
    np.testing.assert_array_equal(rates["KHM"], rates["MMR"])
    np.testing.assert_array_equal(rates["BGD"][:2], rates["KHM"][:2])
    # Leaving the treatment never helps: least-developed countries have the general preference too.
    assert (np.nan_to_num(rates["BGD"][2:] - rates["KHM"][2:]) >= -1e-12).all()
    assert np.nanmax(rates["BGD"][2] - rates["KHM"][2]) > 0.05
    assert of_line(japan, "KHM", "030111200", 2023) == 0  # no column of their own, GSP free


@pytest.mark.parametrize("importer", ["JPN", "IND"])
def test_nobody_pays_more_than_mfn(economy: Economy, importer: str) -> None:
    schedule = economy.markets[importer].schedule
    known = ~np.isnan(schedule.mfn)
    for source in schedule.exporters:
        rates = schedule.line_rates(source, np.array([2023, 2025, 2026, 2030]))
        assert (np.nan_to_num(rates[:, known]) <= schedule.mfn[known] + 1e-12).all()
        # An unknown MFN rate with a known preference is a preference, not a blank.
        assert (np.diff(np.nan_to_num(rates[:3]), axis=0) <= 1e-12).all()


# --- India --------------------------------------------------------------------------------------


def test_cars_are_excluded_and_most_machines_free(india: TariffSchedule) -> None:
    assert of_line(india, "JPN", "87032391", 2023) == 125
    assert of_line(india, "JPN", "87031090", 2023) == 0  # golf cars and snow vehicles are covered
    machines = (india.category == "free") & np.char.startswith(india.lines, "84")
    assert (india.line_rates("JPN", BASE)[0, machines] == 0).all()
    assert machines.sum() > 0.75 * np.char.startswith(india.lines, "84").sum()


def test_parts_with_a_published_end_rate_pay_it(india: TariffSchedule) -> None:
    assert of_line(india, "JPN", "87084000", 2023) == pytest.approx(1.1 * 6.25)  # surcharge
    assert india.category[india.lines == "87084000"] == ["partial"]


def test_partial_products_pay_mfn_on_what_is_not_covered(
    economy: Economy, india: TariffSchedule
) -> None:
    [place] = np.flatnonzero(india.lines == "87060042")
    for share in (0.2, 0.5, 0.8):
        changed = economy.with_overrides({"partial_coverage_share": share}).markets["IND"]
        rate = of_line(changed.schedule, "JPN", "87060042", 2023)
        assert rate == pytest.approx(100 * india.mfn[place] * (1 - share))


# --- lines to products --------------------------------------------------------------------------


def test_best_and_mean_of_known_lines() -> None:
    rates = np.array([[0.0, 0.1, np.nan, 0.3, np.nan]])
    first = np.array([0, 2, 4])
    best, mean = (tiny(rule, first).product_rates(rates, "IND")[0] for rule in ("best", "mean"))
    np.testing.assert_allclose(best, [0.0, 0.3, np.nan])
    np.testing.assert_allclose(mean, [0.05, 0.3, np.nan])


def test_lines_by_use_and_the_best_one_where_nothing_is_known() -> None:
    """Unknown rates carry no weight; products without weights, and other sources, take the best."""
    schedule = replace(
        tiny("best", np.array([0, 3])),
        products=np.array(["010121", "010129"]),
        chapter=np.zeros(2, dtype=np.int64),
        exporters=("IND", "CHN"),
        line_use={"IND": np.array([3.0, 1.0, 4.0, 0.0, 0.0])},
    )
    rates = np.array([[0.0, 0.2, np.nan, 0.3, 0.1]])
    np.testing.assert_allclose(schedule.product_rates(rates, "IND")[0], [0.05, 0.1])
    np.testing.assert_allclose(schedule.product_rates(rates, "CHN")[0], [0.0, 0.1])


class Free:
    """Rates of five free lines."""

    mfn = np.zeros(5)

    def of(self, source: str) -> tuple[np.ndarray, np.ndarray]:
        return self.mfn, self.mfn


def tiny(rule: str, first: np.ndarray) -> TariffSchedule:
    return TariffSchedule(
        importer="JPN",
        exporters=("IND",),
        lines=np.array([f"01012100{i}" for i in range(5)]),
        products=np.array(["010121", "010129", "010130"]),
        first_line=first,
        chapter=np.zeros(3, dtype=np.int64),
        category=np.full(5, "free"),
        kind=np.full(5, "ad_valorem"),
        line_use={} if rule == "best" else {"IND": np.ones(5)},
        alike=(0,),
        rates=Free(),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module", params=["claims", "claims_else_mean", "best", "mean"])
def drawn_schedule(request: pytest.FixtureRequest, economy: Economy) -> TariffSchedule:
    """Japan's schedule by a rule, under drawn values, once the kinds are known without them."""
    known = economy.with_rules(line_rule=request.param)
    for source in PAYING:
        known.markets["JPN"].schedule.kinds(source)
    drawn = {"gsp_use_ind": 0.4, "b15_remaining_steps": 2.0, "roll_back_share_chn": 0.3}
    return known.perturbed(drawn | {"bangladesh_ldc_end": 2028.0}).markets["JPN"].schedule


@pytest.mark.parametrize("source", PAYING)
def test_products_of_a_kind_pay_the_same_whatever_the_figures(
    drawn_schedule: TariffSchedule, source: str
) -> None:
    schedule = drawn_schedule
    chosen = np.arange(len(schedule.lines)) % 3 == 0
    kinds = schedule.kinds(source, "every third line", lambda: [chosen])
    thin, years = schedule.by_kind(kinds), np.array([2023, 2025, 2026, 2030])
    assert len(kinds.product) < len(schedule.products) / 2
    np.testing.assert_array_equal(thin.chapter[kinds.of_product], schedule.chapter)
    # Weights of lines that are alike are added first: the last digits may differ.
    equal = partial(np.testing.assert_allclose, rtol=1e-13, atol=1e-16)
    equal(
        thin.product_mfn(schedule.name_of(source))[kinds.of_product], schedule.product_mfn(source)
    )

    def halved(of: TariffSchedule, name: str, mask: np.ndarray) -> np.ndarray:
        return of.product_rates(of.line_rates(name, years) * np.where(mask, 0.5, 1.0), name)

    there = chosen[np.searchsorted(schedule.lines, thin.lines)]
    expected = halved(schedule, source, chosen)
    equal(halved(thin, schedule.name_of(source), there)[:, kinds.of_product], expected)


def test_a_rule_for_lines_is_that_of_an_economy_built_by_it(economy: Economy) -> None:
    before, changed = economy, economy.with_rules(line_rule="best")
    built = Economy.build(economy.parameters, line_rule="best")
    for importer, market in changed.markets.items():
        for name in ("tariff_effective", "tariff_collected", "origin_cost"):
            assert np.array_equal(getattr(market, name), getattr(built.markets[importer], name)), (
                name
            )
    # Sources that use the lines as before have the kinds of before; India's lines count otherwise.
    old, new = (one.markets["JPN"].schedule for one in (before, changed))
    assert new.kinds("CHN") is old.kinds("CHN")
    assert new.kinds("IND") is not old.kinds("IND")


def test_places_are_numbered_by_what_the_marks_say() -> None:
    words = np.array(["b", "a", "b", "a"])
    rates = np.array([np.nan, 0.0, np.nan, 1.0])
    assert told_apart(words, rates).tolist() == [2, 0, 2, 1]


@pytest.mark.parametrize(
    "mark",
    [
        np.array([0.1, np.nan, -0.0, 0.0, np.nan, 0.05]),
        np.array([7, 2, 2, 9]),
        np.array([10**9, -3, 10**9]),
        np.array([True, False, True]),
        np.array(["b", "a", "b"]),
    ],
)
def test_numbers_are_those_of_sorted_values(mark: np.ndarray) -> None:
    _, expected = np.unique(mark, return_inverse=True)
    assert told_apart(mark).tolist() == expected.tolist()
