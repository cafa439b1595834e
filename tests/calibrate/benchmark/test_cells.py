"""The balance of cells on small tables whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cepasim.calibrate.benchmark.cells import Statement, balance_cells
from cepasim.core.problems import RunError


def tables_and_sums(rows: int, cols: int, seed: int) -> tuple[np.ndarray, list[Statement]]:
    """A random table and its row and column sums as statements."""
    truth = np.random.default_rng(seed).lognormal(3, 2, (rows, cols))
    out = []
    for axis, size in ((0, rows), (1, cols)):
        for k in range(size):
            weights = np.zeros((rows, cols))
            weights[(k, slice(None)) if axis == 0 else (slice(None), k)] = 1.0
            total = float((weights * truth).sum())
            out.append(Statement(f"{axis}-{k}", "sum", weights.ravel(), total, 0.01, total))
    return truth, out


def test_a_prior_that_meets_every_statement_is_returned() -> None:
    truth, statements = tables_and_sums(5, 4, 1)
    found = balance_cells(truth.ravel(), np.full(20, 0.5), statements)
    np.testing.assert_allclose(found.value, truth.ravel(), rtol=1e-9)


def test_hard_sums_and_one_sd_reproduce_the_ras_table() -> None:
    """With weights proportional to the prior the balance is RAS: cell = a_i q_ij b_j."""
    truth, statements = tables_and_sums(4, 3, 2)
    prior = np.random.default_rng(3).lognormal(3, 1, (4, 3))
    # The column statements but one: all of them and the row sums would repeat each other.
    hard = [replace(s, sd=0.0) for s in statements[:-1]]
    found = balance_cells(prior.ravel(), 1 / np.sqrt(prior.ravel()), hard).value.reshape(4, 3)
    ras = prior.copy()
    for _ in range(5000):
        ras *= (truth.sum(axis=1) / ras.sum(axis=1))[:, None]
        ras *= truth.sum(axis=0) / ras.sum(axis=0)
    np.testing.assert_allclose(found, ras, rtol=1e-8)


def test_sums_recover_disturbed_tables_better_than_the_prior() -> None:
    """In most tables and by far on average: in a single one the largest cell may go astray."""
    ratios = []
    for seed in range(20):
        truth, statements = tables_and_sums(6, 5, seed)
        noise = np.random.default_rng(seed + 1).normal(0, 0.5, truth.shape)
        prior = truth * np.exp(noise)
        found = balance_cells(prior.ravel(), np.full(30, 0.5), statements)
        off = np.abs(found.value - truth.ravel()).sum()
        ratios.append(off / np.abs(prior - truth).sum())
    assert np.median(ratios) < 0.5
    assert np.mean(ratios) < 0.6


@pytest.mark.parametrize("factor", [1e-6, 1e3, 1e9])
def test_the_unit_of_money_does_not_matter(factor: float) -> None:
    truth, statements = tables_and_sums(5, 4, 4)
    prior = truth.ravel() * np.random.default_rng(5).lognormal(0, 0.4, 20)
    sd = np.full(20, 0.4)
    plain = balance_cells(prior, sd, statements)
    other = balance_cells(
        prior * factor,
        sd,
        [replace(s, target=s.target * factor, scale=s.scale * factor) for s in statements],
    )
    np.testing.assert_allclose(other.value, plain.value * factor, rtol=1e-9)
    np.testing.assert_allclose(other.log_sd, plain.log_sd, rtol=1e-8)


def test_zero_stays_zero_and_nothing_is_negative() -> None:
    truth, statements = tables_and_sums(5, 4, 6)
    prior = truth.ravel().copy()
    prior[[0, 7]] = 0.0
    found = balance_cells(prior, np.full(20, 0.5), statements)
    assert found.value[[0, 7]].tolist() == [0.0, 0.0]
    assert (found.value >= 0).all()


def test_an_inequality_pulls_on_its_own_side_only() -> None:
    prior, sd = np.array([1.0, 2.0]), np.array([0.3, 0.3])
    both = np.ones(2)
    for sense, target in (("<=", 4.0), (">=", 2.0)):
        idle = balance_cells(prior, sd, [Statement("s", "s", both, target, 0.01, 3.0, sense)])
        np.testing.assert_allclose(idle.value, prior, rtol=1e-5)
    for sense, target in (("<=", 2.0), (">=", 4.0)):
        tied = balance_cells(prior, sd, [Statement("s", "s", both, target, 0.001, 3.0, sense)])
        assert tied.value.sum() == pytest.approx(target, rel=2e-3)


def test_tight_statements_narrow_the_range_and_agree_with_the_normal_formula() -> None:
    """One cell, prior sd s0 and a measurement with sd s1: posterior variance is harmonic."""
    measured = Statement("m", "m", np.ones(1), 10.0, 0.1, 10.0)
    found = balance_cells(np.array([10.0]), np.array([0.3]), [measured])
    assert found.log_sd[0] == pytest.approx((0.3**-2 + 0.1**-2) ** -0.5, rel=1e-3)


def test_contradicting_hard_statements_are_an_error() -> None:
    one = np.ones(1)
    hard = [Statement(str(t), "", one, t, 0.0, 1.0) for t in (1.0, 2.0)]
    with pytest.raises(RunError):
        balance_cells(one, one, hard)


@pytest.mark.parametrize(
    ("prior", "sd"), [([-1.0], [1.0]), ([np.nan], [1.0]), ([1.0], [0.0]), ([1.0], [-1.0])]
)
def test_bad_priors_are_refused(prior: list[float], sd: list[float]) -> None:
    with pytest.raises(ValueError):
        balance_cells(np.array(prior), np.array(sd), [])
