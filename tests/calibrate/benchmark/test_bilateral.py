"""The two-year balance on small problems whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from cepasim.calibrate.benchmark.bilateral import estimate, leave_one_source_out
from cepasim.calibrate.benchmark.bilateral_table import least_benchmark
from cepasim.calibrate.benchmark.flow_evidence import (
    Floor,
    FlowBalance,
    FlowEvidence,
    Statement,
)
from cepasim.calibrate.benchmark.precision import curvature
from cepasim.core.problems import InputError

Floats = NDArray[np.float64]
GRADES = {"A": 1.0, "B": 1.0, "C": 1.0, "D": 0.4}
CODES = ("03", "27", "29", "71", "84", "85", "87")
TRUTH = np.array(
    [
        [450.0, 330.0, 700.0, 350.0, 430.0, 350.0, 390.0],
        [380.0, 80.0, 630.0, 290.0, 500.0, 340.0, 520.0],
    ]
)


def statement(
    year: int, chapter: int, value: float, log_sd: float = 0.1, source: str = "a", grade: str = "C"
) -> Statement:
    coefficients = np.zeros(TRUTH.shape)
    coefficients[year, chapter] = 1.0
    return Statement(source, CODES[chapter], coefficients, value, log_sd, grade)


def problem(
    statements: tuple[Statement, ...], truth: Floats = TRUTH, growth_log_sd: float = 0.2
) -> FlowEvidence:
    """Right totals and growth, no floors; the start is deliberately not the truth."""
    share = truth / truth.sum(axis=1, keepdims=True)
    return FlowEvidence(
        chapters=CODES,
        totals=truth.sum(axis=1),
        floors=np.zeros(truth.shape),
        equal=np.full(truth.shape, np.nan),
        start=np.sqrt(truth * truth.mean()),
        growth=share[1] / share[0],
        growth_log_sd=np.full(len(CODES), growth_log_sd),
        statements=statements,
    )


def consistent(truth: Floats = TRUTH, log_sd: float = 0.1) -> tuple[Statement, ...]:
    return tuple(
        statement(year, h, float(truth[year, h]), log_sd, source="ab"[year])
        for year in range(2)
        for h in range(len(CODES))
    )


def solve(evidence: FlowEvidence, threshold: float = 2.0) -> FlowBalance:
    return estimate(evidence, huber_threshold=threshold, grade_weight=GRADES)


def test_consistent_evidence_leaves_no_residual() -> None:
    total = Statement("sum", "all", np.array([[0.0] * 7, [1.0] * 7]), TRUTH[1].sum(), 0.1, "B")
    balance = solve(problem((*consistent(), total)))
    assert np.allclose(balance.value, TRUTH, rtol=1e-5)
    assert np.abs(balance.z_score).max() < 1e-3
    assert balance.status == "optimal"


def test_totals_are_exact_whatever_the_evidence() -> None:
    wrong = tuple(replace(s, value=s.value * 1.3) for s in consistent())
    balance = solve(problem(wrong))
    assert np.allclose(balance.value.sum(axis=1), TRUTH.sum(axis=1), rtol=1e-12)


def test_floors_and_known_cells_hold_exactly() -> None:
    evidence = problem(consistent())
    floors, equal = np.zeros(TRUTH.shape), np.full(TRUTH.shape, np.nan)
    floors[1, 1], floors[1, 2], equal[1, 6] = 200.0, 600.0, 494.0
    balance = solve(replace(evidence, floors=floors, equal=equal))
    assert balance.value[1, 1] >= 200.0
    assert balance.value[1, 1] == pytest.approx(200.0, rel=1e-3)  # binding
    assert balance.value[1, 2] >= 600.0  # held, need not bind
    assert balance.value[1, 6] == 494.0
    assert balance.log_sd[1, 6] == 0.0
    assert balance.value[1].sum() == pytest.approx(TRUTH[1].sum(), rel=1e-12)


def calendar_floor(chapter: int, value: float) -> Floor:
    coefficients = np.zeros(TRUTH.shape)
    coefficients[:, chapter] = 0.25, 0.75
    return Floor("headings", CODES[chapter], "calendar 2023", coefficients, value, "A")


def test_a_floor_on_a_calendar_year_holds_exactly_and_the_totals_too() -> None:
    # The truth has 0.25 x 350 + 0.75 x 340 = 342.5 in chapter 85.
    free = solve(problem(consistent()))
    slack = solve(replace(problem(consistent()), sum_floors=(calendar_floor(5, 300.0),)))
    np.testing.assert_allclose(slack.value, free.value, rtol=1e-5)
    evidence = replace(problem(consistent()), sum_floors=(calendar_floor(5, 400.0),))
    value = solve(evidence).value
    assert 0.25 * value[0, 5] + 0.75 * value[1, 5] == pytest.approx(400.0, rel=1e-9)
    assert 0.25 * value[0, 5] + 0.75 * value[1, 5] >= 400.0 - 1e-9
    np.testing.assert_allclose(value.sum(axis=1), TRUTH.sum(axis=1), rtol=1e-12)
    assert (np.delete(value, 5, axis=1) < np.delete(TRUTH, 5, axis=1)).all()


def test_the_least_of_a_range_is_what_the_floor_leaves() -> None:
    evidence = replace(problem(consistent()), sum_floors=(calendar_floor(5, 400.0),))
    balance = solve(evidence)
    before = balance.value[0, 5] * np.exp(1.645 * balance.log_sd[0, 5])
    assert least_benchmark(balance, 5, 1.645) == pytest.approx((400 - 0.25 * before) / 0.75)
    assert least_benchmark(balance, 4, 1.645) == 0.0


def test_a_floor_that_the_totals_do_not_allow_is_refused() -> None:
    evidence = replace(problem(consistent()), sum_floors=(calendar_floor(5, 1e5),))
    with pytest.raises(InputError, match="headings: chapter 85"):
        solve(evidence)


def test_no_trade_stays_no_trade() -> None:
    truth = TRUTH.copy()
    truth[:, 0] = 0.0
    rest = tuple(s for s in consistent(truth) if s.value > 0)
    start = np.where(truth > 0, truth, 0.0)
    evidence = replace(problem(rest), totals=truth.sum(axis=1), start=start)
    balance = solve(evidence)
    assert (balance.value[:, 0] == 0).all()
    assert (balance.log_sd[:, 0] == 0).all()
    assert np.allclose(balance.value[:, 1:].sum(axis=1), truth.sum(axis=1))


@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_money_unit_does_not_matter(scale: float) -> None:
    noisy = tuple(
        replace(s, value=s.value * f)
        for s, f in zip(consistent(), np.exp(np.linspace(-0.3, 0.3, 14)), strict=True)
    )
    evidence = problem(noisy)
    scaled = replace(
        evidence,
        totals=evidence.totals * scale,
        start=evidence.start * scale,
        statements=tuple(replace(s, value=s.value * scale) for s in noisy),
    )
    one, other = solve(evidence), solve(scaled)
    assert np.allclose(one.value * scale, other.value, rtol=1e-5)
    assert np.allclose(one.log_sd, other.log_sd, rtol=1e-4)


def test_first_guess_hardly_matters() -> None:
    factors = np.exp(np.linspace(-0.2, 0.2, 14))
    noisy = tuple(replace(s, value=s.value * f) for s, f in zip(consistent(), factors, strict=True))
    evidence = problem(noisy)
    other = replace(evidence, start=TRUTH * np.linspace(0.5, 2.0, 7))
    assert np.allclose(solve(evidence).value, solve(other).value, rtol=2e-3)


def test_same_input_same_bytes() -> None:
    evidence = problem(tuple(replace(s, value=s.value * 1.1) for s in consistent()[:9]))
    first, second = solve(evidence), solve(evidence)
    assert first.value.tobytes() == second.value.tobytes()
    assert first.log_sd.tobytes() == second.log_sd.tobytes()


def test_against_a_general_purpose_solver() -> None:
    """The same objective, written out with the residuals eliminated, minimised by SLSQP."""
    factors = np.exp(np.array([0.3, -0.9, 0.1, 0.05, -0.2, 0.15, 0.1] * 2))
    noisy = tuple(replace(s, value=s.value * f) for s, f in zip(consistent(), factors, strict=True))
    evidence = problem(noisy)
    balance = solve(evidence)
    threshold = 2.0

    def pull(log_ratio: Floats, weight: Floats) -> Floats:
        """kl(r, 1) up to the threshold, its tangent beyond."""
        edge = threshold / np.sqrt(weight)
        inside = np.clip(log_ratio, -edge, edge)
        ratio, kept = np.exp(log_ratio), np.exp(inside)
        return weight * (kept * inside - kept + 1.0 + inside * (ratio - kept))

    def objective(logs: Floats) -> float:
        value = np.exp(logs).reshape(TRUTH.shape)
        fitted = np.array([(s.coefficients * value).sum() / s.value for s in noisy])
        stated = pull(np.log(fitted), np.array([1 / s.log_sd**2 for s in noisy]))
        growth = evidence.growth * evidence.totals[1] / evidence.totals[0]
        ratio = value[1] / (growth * value[0])
        # The two-sided distance is centred on the solution, as the second pass is.
        centre = balance.value[1] / (growth * balance.value[0])
        unit = np.sqrt(centre) * growth * value[0] / (growth * balance.value[0])
        linked = pull(np.log(ratio), 1 / evidence.growth_log_sd**2) * unit
        return float(stated.sum() + linked.sum())

    def totals(logs: Floats) -> Floats:
        value = np.exp(logs).reshape(TRUTH.shape)
        result: Floats = value.sum(axis=1) / evidence.totals - 1.0
        return result

    found = minimize(
        objective,
        np.log(TRUTH).ravel(),
        method="SLSQP",
        constraints={"type": "eq", "fun": totals},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    # At a residual beyond the threshold the growth terms differ in the second order only.
    assert np.allclose(np.exp(found.x).reshape(TRUTH.shape), balance.value, rtol=0.02)
    assert objective(np.log(balance.value).ravel()) <= found.fun * 1.01


def test_the_more_certain_source_wins() -> None:
    others = tuple(s for s in consistent() if s.name != "85")
    pair = (
        statement(1, 5, 300.0, 0.05, "sure"),
        statement(1, 5, 600.0, 0.40, "unsure"),
    )
    balance = solve(problem((*others, *pair), growth_log_sd=2.0))
    assert balance.value[1, 5] < 345.0


def test_a_lower_grade_pulls_less() -> None:
    others = tuple(s for s in consistent(log_sd=0.3) if s.name != "85")
    graded = {
        grade: solve(
            problem(
                (*others, statement(1, 5, 300.0), statement(1, 5, 500.0, source="x", grade=grade))
            )
        ).value[1, 5]
        for grade in "CD"
    }
    assert graded["D"] < graded["C"]


def test_one_wild_figure_moves_little_and_is_seen() -> None:
    wild = statement(1, 5, 5000.0, 0.1, "wild")
    balance = solve(problem((*consistent(), wild)))
    plain = solve(problem((*consistent(), wild)), threshold=1e6)
    moved = abs(np.log(balance.value[1, 5] / TRUTH[1, 5]))
    assert moved < 0.5 * abs(np.log(plain.value[1, 5] / TRUTH[1, 5]))
    assert balance.z_score[-1] < -10
    assert np.abs(balance.z_score[:-1]).max() < 4


def test_noisy_evidence_beats_the_prior_alone() -> None:
    """The prior: last year's chapters moved with world trade. Evidence: three noisy sources."""
    random = np.random.default_rng(7)
    error_prior, error_balance, inside, cells = 0.0, 0.0, 0, 0
    for _ in range(12):
        growth_error = np.exp(random.normal(0, 0.3, 7))
        truth = TRUTH.copy()
        truth[1] *= growth_error
        truth[1] *= TRUTH[1].sum() / truth[1].sum()
        early = tuple(
            statement(0, h, float(truth[0, h] * np.exp(random.normal(0, 0.05))), 0.05, "early")
            for h in range(7)
        )
        calendar = tuple(
            Statement(
                "calendar",
                CODES[h],
                np.vstack([0.25 * np.eye(7)[h], 0.75 * np.eye(7)[h]]),
                float((0.25 * truth[0, h] + 0.75 * truth[1, h]) * np.exp(random.normal(0, 0.15))),
                0.15,
                "B",
            )
            for h in range(7)
        )
        lines = tuple(
            statement(1, h, float(truth[1, h] * np.exp(random.normal(0, 0.1))), 0.1, "lines")
            for h in range(5)
        )
        evidence = replace(
            problem((*early, *calendar, *lines), growth_log_sd=0.3), totals=truth.sum(axis=1)
        )
        balance = solve(evidence)
        prior = TRUTH[1] * truth[1].sum() / TRUTH[1].sum()
        error_prior += float((np.log(prior / truth[1]) ** 2).sum())
        error_balance += float((np.log(balance.value[1] / truth[1]) ** 2).sum())
        inside += int(
            (np.abs(np.log(balance.value[1] / truth[1])) < 1.645 * balance.log_sd[1]).sum()
        )
        cells += 7
    assert error_balance < 0.25 * error_prior
    # The ranges mean what they say: 90 %, give or take the luck of 84 cells.
    assert 0.80 <= inside / cells <= 0.99


def test_ranges_follow_the_errors_of_the_sources() -> None:
    tight = solve(problem(consistent(log_sd=0.05), growth_log_sd=0.1))
    loose = solve(problem(consistent(log_sd=0.10), growth_log_sd=0.2))
    assert np.allclose(loose.log_sd, 2 * tight.log_sd, rtol=1e-3)


def test_less_evidence_widens_the_range() -> None:
    full = solve(problem(consistent()))
    without = solve(problem(tuple(s for s in consistent() if s.name != "71")))
    assert (without.log_sd[:, 3] > full.log_sd[:, 3]).all()


def test_disagreement_widens_the_range() -> None:
    others = tuple(s for s in consistent() if s.name != "85")
    agree = (statement(1, 5, 340.0), statement(1, 5, 340.0, source="b"))
    disagree = (statement(1, 5, 340.0 / 1.2), statement(1, 5, 340.0 * 1.2, source="b"))
    calm = solve(problem((*others, *agree)))
    torn = solve(problem((*others, *disagree)))
    assert torn.log_sd[1, 5] > 1.2 * calm.log_sd[1, 5]


def test_curvature_has_one_row_per_statement_and_per_growth() -> None:
    balance = solve(problem(consistent()))
    curve = curvature(balance, huber_threshold=2.0, grade_weight=GRADES)
    assert curve.rows.shape == (14 + 7, 2, 7)
    assert np.allclose(curve.rows[:14].sum(axis=(1, 2)), 1.0)
    assert np.allclose(curve.rows[14:].sum(axis=(1, 2)), 0.0)


def test_leaving_out_a_source_shows_what_rests_on_it() -> None:
    evidence = problem((*consistent(), statement(1, 5, 700.0, 0.05, "lone")))
    without = leave_one_source_out(evidence, huber_threshold=2.0, grade_weight=GRADES)
    assert set(without) == {"a", "b", "lone"}
    assert without["lone"][1, 5] == pytest.approx(TRUTH[1, 5], rel=1e-3)
    assert without["b"][1, 5] > 1.1 * TRUTH[1, 5]


@pytest.mark.parametrize(
    ("floor", "message"), [(5000.0, "already sum to"), (np.nan, "known value < floor")]
)
def test_hard_evidence_that_cannot_hold_is_refused(floor: float, message: str) -> None:
    evidence = problem(consistent())
    floors, equal = np.zeros(TRUTH.shape), np.full(TRUTH.shape, np.nan)
    if np.isnan(floor):
        floors[1, 6], equal[1, 6] = 500.0, 400.0
    else:
        floors[1, 6] = floor
    with pytest.raises(InputError, match=message):
        solve(replace(evidence, floors=floors, equal=equal))
