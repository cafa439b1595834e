"""The second model of history: what it may look at, limits of shrinkage, and its scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from cepasim import Economy
from cepasim.calibrate.backcast import share_fit, share_model, share_report
from cepasim.calibrate.backcast.history import (
    FLOWS,
    LAST_BY_CHAPTER,
    LAST_FITTED,
    START,
    position,
    read_history,
)
from cepasim.calibrate.backcast.scoring import wape
from cepasim.calibrate.backcast.share_model import ShareInputs, ShareSettings

BOUNDS = yaml.safe_load((Path(__file__).with_name("share_bounds.yaml")).read_text(encoding="utf-8"))
#: Bounds that are missed, with the reason.
MISSED = {
    (
        "totals",
        "export",
    ): "2022-23 and 2023-24: India's refineries sold a quarter more to others and less to Japan; "
    "by the benchmark's chapters more than all of the excess is minerals and fuels (V)",
    ("sections", "export"): "minerals and fuels (V), machinery (XVI) and gems (XIV) are more than "
    "half of the error: petroleum and ores swing, electronics outran their share",
}
PLAIN = ShareSettings(by_section=False, shrinkage=1.0, damping=0.5, currency=0.0, tariff=0.0)


@pytest.fixture(scope="module")
def inputs(economy: Economy) -> dict[str, ShareInputs]:
    return share_model.share_inputs(economy, read_history(economy))


@pytest.fixture(scope="module")
def predictions(economy: Economy, inputs: dict[str, ShareInputs]) -> dict[str, np.ndarray]:
    return share_model.share_predictions(inputs, share_fit.share_settings(economy))


def made_up(trend: np.ndarray, noise: float = 0.0) -> ShareInputs:
    """Trade whose share moves at a known pace, chapters in two sections."""
    years, chapters = position(LAST_BY_CHAPTER) + 3, len(trend)
    draw = np.random.default_rng(0).normal(0, noise, (years, chapters))
    since = np.arange(years)[:, None] - position(START)
    others = np.full((years, chapters), 100.0)
    trade = 10 * np.exp(since * trend + draw)
    trade[position(LAST_BY_CHAPTER) + 1 :] = np.nan
    return ShareInputs(
        flow="import",
        trade=trade,
        others=others,
        world=np.full((years, chapters), np.nan),
        currency=np.zeros(years),
        tariff=np.zeros((years, chapters)),
        exponent=np.full(chapters, 4.0),
        section=np.array(["I"] * (chapters // 2) + ["II"] * (chapters - chapters // 2)),
        broken=np.zeros((1, chapters), dtype=np.int64),
        smallest=0.05,
    )


def test_a_clean_trend_is_found_and_continued() -> None:
    trend = np.array([0.1, -0.2, 0.05, 0.3])
    flow = made_up(trend)
    level, found = share_model.fitted_shares(flow, PLAIN)
    np.testing.assert_allclose(found, trend, atol=1e-12)
    np.testing.assert_allclose(level, np.log(0.1), atol=1e-12)
    ahead = share_model.predicted(flow, replace(PLAIN, damping=1.0))
    known = slice(0, LAST_BY_CHAPTER - START + 1)
    np.testing.assert_allclose(ahead[known], flow.trade[position(START) :][known], rtol=1e-12)


def test_shrinkage_goes_from_own_trend_to_that_of_the_group() -> None:
    flow = made_up(np.linspace(-0.2, 0.2, 8), noise=0.1)

    def spread(shrinkage: float) -> float:
        _, trend = share_model.fitted_shares(flow, replace(PLAIN, shrinkage=shrinkage))
        return float(np.ptp(trend))

    assert spread(0.0) > spread(1.0) > spread(100.0)
    assert spread(1e9) == pytest.approx(0.0, abs=1e-6)


def test_damping_adds_up() -> None:
    inside = LAST_FITTED - START
    np.testing.assert_allclose(
        share_model.damped_years(0.5, inside + 4), [*range(inside + 1), 5.5, 5.75, 5.875]
    )
    assert share_model.damped_years(0.0, inside + 3)[-1] == inside


def test_a_currency_and_a_tariff_work_in_the_direction_they_should() -> None:
    flow = made_up(np.zeros(4))
    late = np.arange(len(flow.trade)) > position(LAST_FITTED)
    weaker = replace(flow, currency=np.where(late, 0.2, 0.0))
    cheaper = replace(flow, tariff=np.where(late, -0.05, 0.0)[:, None] * np.ones(4))
    year = LAST_FITTED + 1 - START
    base = share_model.predicted(flow, PLAIN)[year]
    with_yen = share_model.predicted(weaker, replace(PLAIN, currency=0.3))[year]
    with_cut = share_model.predicted(cheaper, replace(PLAIN, tariff=0.5))[year]
    np.testing.assert_allclose(with_yen / base, np.exp(0.06))
    np.testing.assert_allclose(with_cut / base, np.exp(0.5 * 4 * 0.05))


@pytest.mark.parametrize("flow", FLOWS)
def test_no_prediction_knows_trade_with_japan_after_the_window(
    flow: str, economy: Economy, inputs: dict[str, ShareInputs], predictions: dict[str, np.ndarray]
) -> None:
    known = inputs[flow]
    trade = known.trade.copy()
    trade[position(LAST_FITTED) + 1 :] *= 7.0
    again = share_model.predicted(
        replace(known, trade=trade), share_fit.share_settings(economy)[flow]
    )
    np.testing.assert_array_equal(again, predictions[flow])


def test_an_event_breaks_the_level_once_it_is_over() -> None:
    flow = made_up(np.zeros(4))
    trade = flow.trade.copy()
    trade[: position(2016), 0] *= 5.0  # an event that ends in 2016 takes four fifths away
    broken = np.zeros((1, 4), dtype=np.int64)
    broken[0, 0] = 2016
    known = replace(flow, trade=trade, broken=broken)
    level, _ = share_model.fitted_shares(known, PLAIN)
    np.testing.assert_allclose(np.exp(level), 0.1)
    before, _ = share_model.fitted_shares(known, PLAIN, last=2015)
    np.testing.assert_allclose(np.exp(before), [0.5, 0.1, 0.1, 0.1])


def test_events_after_the_window_change_no_prediction(
    economy: Economy, inputs: dict[str, ShareInputs], predictions: dict[str, np.ndarray]
) -> None:
    given = share_fit.share_settings(economy)
    for flow, known in inputs.items():
        early = np.where(known.broken > LAST_FITTED, 0, known.broken)
        assert (known.broken > LAST_FITTED).any()
        again = share_model.predicted(replace(known, broken=early), given[flow])
        np.testing.assert_array_equal(again, predictions[flow])


def test_trends_that_run_on_are_rejected_by_five_origins(
    economy: Economy, inputs: dict[str, ShareInputs]
) -> None:
    """The choice from two origins, of 1.0 damping (none), was an accident of these two."""
    given = share_fit.share_settings(economy)["export"]
    earlier = ShareSettings(by_section=False, shrinkage=1.0, damping=1.0, currency=0.2, tariff=0.0)
    errors = [share_fit.cross_validated(inputs["export"], s).mean() for s in (given, earlier)]
    assert errors[1] > 2 * errors[0]


def test_no_origin_sees_more_years_than_the_window_has() -> None:
    assert share_model.first_seen(LAST_FITTED) == START
    assert share_model.first_seen(2012) == 2010
    assert all(t - share_model.first_seen(t) <= LAST_FITTED - START for t in range(2010, 2020))


def test_no_trade_stays_none(inputs: dict[str, ShareInputs]) -> None:
    known = inputs["export"]
    trade = known.trade.copy()
    trade[:, 0] = 0.0
    values = share_model.predicted(replace(known, trade=trade), PLAIN)
    assert (values[:, 0] == 0).all()
    assert np.isfinite(values).all()


def _scores(
    economy: Economy, inputs: dict[str, ShareInputs], predictions: dict[str, np.ndarray], flow: str
) -> dict[str, float]:
    history = read_history(economy)
    judged = slice(LAST_FITTED - START + 1, LAST_BY_CHAPTER - START + 1)
    actual = inputs[flow].trade[position(START) :][judged]
    _, section, chapter = share_fit.errors(predictions[flow][judged], actual, inputs[flow].section)
    later = slice(LAST_FITTED - START + 1, None)
    totals = history.totals[flow][position(START) :][later]
    total = wape(predictions[flow].sum(axis=1)[later], totals)
    return {"totals": total, "sections": section, "chapters": chapter}


def test_reasons_of_the_misses_are_true(
    economy: Economy, inputs: dict[str, ShareInputs], predictions: dict[str, np.ndarray]
) -> None:
    flow, values = inputs["export"], pd.DataFrame(predictions["export"].T)
    now = economy.bilateral
    now = now[now["flow"] == "export"].set_index("hs")["value"].reindex(list(economy.chapters))
    last, end = LAST_BY_CHAPTER - START, len(values.columns) - 1
    excess = (values[end] - now.fillna(0.0).to_numpy()).groupby(flow.section).sum()
    assert excess["V"] > excess.sum() > 0
    fuels = economy.chapters.index("27")
    assert flow.world[-1, fuels] > 1.2 * flow.others[position(LAST_BY_CHAPTER), fuels]
    assert now["27"] < flow.trade[position(LAST_BY_CHAPTER), fuels]
    judged = slice(LAST_FITTED + 1 - START, last + 1)
    gap = pd.DataFrame((predictions["export"] - flow.trade[position(START) :])[judged].T)
    error = gap.groupby(flow.section).sum().abs().sum(axis=1)
    assert set(error.nlargest(3).index) == {"V", "XVI", "XIV"}
    assert error.nlargest(3).sum() / error.sum() > 0.5


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("level", ["totals", "sections", "chapters"])
def test_a_score_meets_its_bound(
    level: str,
    flow: str,
    request: pytest.FixtureRequest,
    economy: Economy,
    inputs: dict[str, ShareInputs],
    predictions: dict[str, np.ndarray],
) -> None:
    if (level, flow) in MISSED:
        request.applymarker(pytest.mark.xfail(reason=MISSED[level, flow], strict=True))
    assert _scores(economy, inputs, predictions, flow)[level] <= BOUNDS[level][flow]["at_most"]


def test_the_band_holds_what_it_should(
    economy: Economy, inputs: dict[str, ShareInputs], predictions: dict[str, np.ndarray]
) -> None:
    band = share_fit.share_bands(economy, predictions)
    inside = []
    for flow in FLOWS:
        seen = inputs[flow].trade[position(START)] >= 5
        for year in range(LAST_FITTED + 1, LAST_BY_CHAPTER + 1):
            actual = inputs[flow].trade[position(year)]
            low, high = (end[year - START] for end in band[flow])
            inside.append(((low <= actual) & (actual <= high))[seen])
    share = np.concatenate(inside).mean()
    assert BOUNDS["coverage"]["chapters"]["at_least"] <= share
    assert share <= BOUNDS["coverage"]["chapters"]["at_most"]


def test_the_parts_of_the_deficit_add_up_and_little_is_unexplained(economy: Economy) -> None:
    report = share_report.second_model(economy)
    parts = report.parts_total.set_index("component")["deficit_usd_mn"]
    assert parts.drop("total").sum() == pytest.approx(parts["total"], abs=1e-6)
    actual = report.totals[report.totals["flow"] == "balance"].set_index("fiscal_year")
    rise = actual["actual_usd_mn"]["2013-14"] - actual["actual_usd_mn"]["2023-24"]
    assert parts["total"] == pytest.approx(rise, rel=1e-3)
    assert abs(parts["rest"]) < parts["total"] / 3
    worth = report.tariff_range.set_index("response")["imports_usd_mn"]
    assert worth[0.0] == pytest.approx(0.0, abs=1e-9)  # rounding of the split
    assert worth[1.0] > worth[0.5] > 0.0
