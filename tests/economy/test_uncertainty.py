"""Distributions: their percentiles, what hangs together, and the totals they keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from cepasim import Economy
from cepasim.economy.uncertainty import Uncertainty
from cepasim.economy.uncertainty.blocks import Block
from cepasim.economy.uncertainty.draws import rebalanced, sobol_scores
from cepasim.economy.uncertainty.spread import WIDTH, Scale, Spread
from cepasim.equilibrium import solve_market

LARGEST = 2.326


@pytest.fixture(scope="module")
def uncertainty(economy: Economy) -> Uncertainty:
    return Uncertainty.of(economy)


def spread_of(value: float, low: float, high: float, **bounds: float) -> Spread:
    one = (np.array([x]) for x in (value, low, high))
    return Spread.of(*one, **bounds)


@pytest.mark.parametrize(
    ("value", "low", "high", "bounds", "scale"),
    [
        (5.0, 1.0, 20.0, {}, Scale.LOG),
        (0.3, 0.1, 0.55, {"maximum": 1.0}, Scale.LOGIT),
        (0.008, 0.0, 0.018, {"minimum": -0.5, "maximum": 0.5}, Scale.LEVEL),
        (0.95, 0.85, 1.0, {"maximum": 1.0}, Scale.LEVEL),
    ],
)
def test_the_range_holds_ninety_percent_around_the_median(
    value: float, low: float, high: float, bounds: dict[str, float], scale: Scale
) -> None:
    spread = spread_of(value, low, high, **bounds)
    assert spread.scale[0] == scale
    ends = spread.at(np.array([[-WIDTH], [0.0], [WIDTH]]))[:, 0]
    np.testing.assert_allclose(ends, [low, value, high], rtol=1e-12)
    # The same through draws: percentiles of many scores are the percentiles of the figure.
    drawn = spread.at(norm.ppf((np.arange(20_000) + 0.5) / 20_000)[:, None])[:, 0]
    np.testing.assert_allclose(
        np.percentile(drawn, [5, 50, 95]), [low, value, high], rtol=2e-3, atol=1e-5
    )


@given(st.floats(0.01, 10), st.floats(0.0, 3), st.floats(0.0, 3), st.floats(-4, 4))
def test_a_higher_score_never_gives_a_lower_figure(
    value: float, below: float, above: float, score: float
) -> None:
    spread = spread_of(value, value * np.exp(-below), value * np.exp(above))
    if spread.side[0] == 0:
        low, high = spread.at(np.array([[score], [score + 0.1]]))[:, 0]
        assert low <= high


def test_a_range_on_one_side_holds_ninety_percent_between_value_and_end() -> None:
    score = norm.ppf((np.arange(10_000) + 0.5) / 10_000)[:, None]
    up = spread_of(0.0, 0.0, 0.01, maximum=np.inf).at(score)[:, 0]
    assert up.min() >= 0 and np.percentile(up, 90) == pytest.approx(0.01, rel=1e-3)
    down = spread_of(1.0, 0.0, 1.0, maximum=1.0).at(score)[:, 0]
    assert down.max() <= 1 and np.percentile(down, 10) == pytest.approx(0.0, abs=1e-3)


def test_exact_infinite_whole_and_dated_figures() -> None:
    values = np.array([3.0, np.inf, 3.0, 2029.0])
    lows, highs = np.array([3.0, 1.0, 2.0, 2026.0]), np.array([3.0, np.inf, 4.0, 2100.0])
    units = np.array(["steps", "x", "years", "first calendar year of the fiscal year"], object)
    spread = Spread.of(values, lows, highs, unit=units)
    assert spread.exact.tolist() == [True, True, False, False]
    drawn = spread.at(np.linspace(-2.3, 2.3, 401)[:, None] * np.ones(4))
    assert set(drawn[:, 2]) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    assert drawn[:, 3].min() == 2026.0, "what has not happened by then cannot happen earlier"
    assert (drawn[:, 3] == np.rint(drawn[:, 3])).all()
    # "Never" is a long delay, not an even chance of every year of the century.
    chance_within_six_years = (spread.at(_normal(4000, 4))[:, 3] <= 2035).mean()
    assert 0.6 < chance_within_six_years < 0.9


def _normal(draws: int, figures: int) -> np.ndarray:
    return sobol_scores(figures, 0, 4096, 3, 9.0)[:draws]


def test_a_value_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="outside its range"):
        spread_of(3.0, 4.0, 5.0)


def test_common_and_own_errors_mix_to_the_share_given() -> None:
    spread = Spread.of(np.ones(2), np.full(2, 0.5), np.full(2, 2.0))
    block = Block(spread, ("a", "b"), ("x", "x"), np.array([1, 2]), np.array([0, 0]), 0.5)
    scores = sobol_scores(3, 0, 8192, 5, 9.0)
    logs = np.log(np.array([block.at(row) for row in scores]))
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(np.percentile(np.exp(logs), [5, 95], axis=0)[:, 0], [0.5, 2], 0.02)


# --- Sobol points -----------------------------------------------------------------------------


def test_points_are_the_same_however_they_are_cut() -> None:
    whole = sobol_scores(7, 0, 64, 1, LARGEST)
    parts = [sobol_scores(7, start, start + 16, 1, LARGEST) for start in (48, 0, 16, 32)]
    np.testing.assert_array_equal(whole, np.concatenate([parts[1], parts[2], parts[3], parts[0]]))
    assert not np.array_equal(whole, sobol_scores(7, 0, 64, 2, LARGEST))
    assert np.abs(whole).max() <= LARGEST


def test_points_fill_every_dimension_evenly() -> None:
    scores = sobol_scores(5, 0, 1024, 1, 9.0)
    ladder = np.broadcast_to(((np.arange(1024) + 0.5) / 1024)[:, None], (1024, 5))
    np.testing.assert_allclose(norm.cdf(np.sort(scores, axis=0)), ladder, atol=1 / 1024)


# --- rebalancing ------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 2.0))
def test_totals_are_kept_and_known_cells_stay(seed: int, error: float) -> None:
    rng = np.random.default_rng(seed)
    value = rng.lognormal(0, 2, (30, 3))
    value[5] = 0.0
    variance = np.full(value.shape, error**2)
    variance[:4] = 0.0
    drawn = value * np.exp(np.sqrt(variance) * np.clip(rng.normal(size=value.shape), -2.3, 2.3))
    found = rebalanced(drawn, value, variance)
    np.testing.assert_allclose(found.sum(axis=0), value.sum(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(found[:4], value[:4])
    assert (found >= 0).all() and (found[5] == 0).all()


def test_nothing_moves_where_the_draws_add_up() -> None:
    value = np.array([[1.0], [2.0], [3.0]])
    np.testing.assert_allclose(rebalanced(value, value, np.ones_like(value)), value, rtol=1e-15)


def test_the_large_and_uncertain_give_way() -> None:
    value = np.array([[100.0], [100.0], [1.0]])
    drawn = np.array([[110.0], [110.0], [1.1]])
    found = rebalanced(drawn, value, np.array([[0.04], [0.01], [0.04]]))
    moved = np.log(found / drawn)[:, 0]
    assert moved[0] < moved[1] < moved[2] < 0
    # Four times the variance gives way about four times as much.
    assert moved[0] / moved[1] == pytest.approx(4.0, rel=0.05)


# --- the economy ------------------------------------------------------------------------------


def test_the_median_of_every_figure_is_the_economy_itself(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    same = uncertainty.economy(economy, np.zeros(uncertainty.dimensions))
    for importer, market in economy.markets.items():
        again = same.markets[importer]
        for name in ("cif", "domestic", "sigma_import", "eta", "supply", "wedge", "origin_cost"):
            np.testing.assert_allclose(
                getattr(again, name), getattr(market, name), rtol=1e-8, err_msg=name
            )
        assert again.growth == pytest.approx(market.growth)


def test_draws_keep_the_hard_totals_and_move_the_rest(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    for row in uncertainty.scores(0, 8, 1):
        drawn = uncertainty.economy(economy, row)
        japan, india = drawn.markets["JPN"], drawn.markets["IND"]
        assert japan.fob[:, japan.partner_column].sum() == pytest.approx(5150.0, abs=1e-9)
        assert india.cif[:, india.partner_column].sum() == pytest.approx(17690.0, abs=1e-9)
        for importer, market in drawn.markets.items():
            known = economy.markets[importer]
            others = np.delete(market.cif.sum(axis=0), market.partner_column)
            wanted = np.delete(known.cif.sum(axis=0), known.partner_column)
            np.testing.assert_allclose(others, wanted, rtol=1e-10)
            assert np.abs(market.sigma_import - known.sigma_import).min() > 0
            # One estimate behind both: the ratio of the two elasticities stays where both move
            # inside their ranges alike.
            ratio = np.log(market.sigma_import / known.sigma_import)
            other = np.log(market.sigma_domestic / known.sigma_domestic)
            assert np.corrcoef(ratio, other)[0, 1] > 0.9
        value = drawn.parameters.value
        parts = drawn.parameters.by_chapter("capital_goods_chapter_share", economy.chapters)
        assert parts.sum() == pytest.approx(1.0)
        assert value("ramp_1") <= value("ramp_2") <= value("ramp_3")


def test_draws_do_not_depend_on_what_else_is_set(
    economy: Economy, uncertainty: Uncertainty
) -> None:
    fixed = economy.with_overrides({"eta": 1.2, "sigma_import_87": 4.0})
    other = Uncertainty.of(fixed)
    assert other.dimensions == uncertainty.dimensions
    row = uncertainty.scores(3, 4, 1)[0]
    a, b = uncertainty.economy(economy, row), other.economy(fixed, row)
    assert b.parameters.value("eta") == 1.2, "what a user sets is known"
    assert b.parameters.value("sigma_import_87") == 4.0
    for name in (
        "sigma_import_88",
        "actionable_share_tbt",
        "nu_sps_jpn_01_05",
        "eta_food_medicine",
    ):
        if name in a.parameters.names:
            assert a.parameters.value(name) == b.parameters.value(name)
    np.testing.assert_array_equal(a.markets["JPN"].domestic, b.markets["JPN"].domestic)


def test_a_perturbed_economy_is_the_one_built_from_the_same_figures(economy: Economy) -> None:
    values = {
        "eta": 0.8,
        "sigma_import_61": 3.0,
        "roll_back_share_chn": 0.8,
        "partial_coverage_share": 0.3,
        "bangladesh_ldc_end": 2027.0,
        "utilisation_max_jpn": 0.9,
        "freight_insurance_others": 0.09,
    }
    quick = economy.perturbed(values)
    slow = Economy.build(economy.parameters.with_overrides(values))
    for importer in economy.markets:
        a, b = quick.markets[importer], slow.markets[importer]
        for name in ("cif", "wedge", "product_weights", "tariff_collected", "origin_cost"):
            np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-12)
        np.testing.assert_array_equal(a.schedule.rate_base, b.schedule.rate_base)
    late = [e.markets["JPN"].schedule.rates.late("BGD") for e in (quick, slow)]
    assert late[0] is not None and late[1] is not None and late[0].start == late[1].start == 2027
    np.testing.assert_array_equal(late[0].rates, late[1].rates)


# --- a case with an answer --------------------------------------------------------------------


def test_small_shock_under_a_lognormal_elasticity_matches_its_percentiles() -> None:
    """One small supplier of perfectly elastic supply: ``d ln x = -sigma (1 - theta) d ln T``."""
    value, low, high, share, shock = 5.0, 2.5, 9.0, 0.1, 1e-4
    sigma = spread_of(value, low, high).at(sobol_scores(1, 0, 8192, 11, 9.0))[:, 0]
    draws = sigma.size
    eq = solve_market(
        np.broadcast_to([share, 1 - share], (draws, 2)),
        np.zeros(draws),
        np.broadcast_to([np.exp(-shock), 1.0], (draws, 2)),
        sigma,
        np.full(draws, 2.0),
        # Unit elastic demand: what the supplier gains at a given sigma depends on it alone.
        np.ones(draws),
        np.full((draws, 2), np.inf),
        np.full(draws, np.inf),
    )
    found = np.percentile(np.log(eq.quantity[:, 0]) / shock, [5, 25, 50, 75, 95])
    deviation = norm.ppf([0.05, 0.25, 0.5, 0.75, 0.95])
    width = np.where(deviation < 0, np.log(value / low), np.log(high / value)) / WIDTH
    exact = value * np.exp(width * deviation) * (1 - share) + share
    # Second-order terms are of the size of the shock times sigma.
    np.testing.assert_allclose(found, exact, rtol=3e-3)
