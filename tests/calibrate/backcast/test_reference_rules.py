"""Rules for years nobody knows yet: what they say, what they may look at, which is chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cepasim import Economy
from cepasim.calibrate.backcast import reference_rules
from cepasim.calibrate.backcast.history import LAST_FITTED, History, position, read_history
from cepasim.calibrate.backcast.reference_rules import RULES, Known
from cepasim.core.immutable import FrozenMapping


@pytest.fixture(scope="module")
def summed(economy: Economy) -> pd.DataFrame:
    inputs = reference_rules.rule_inputs(economy)
    return reference_rules.summary(reference_rules.compare(economy, inputs))


def growing(pace: float, income: float = 0.06) -> Known:
    """Two chapters that grow at the same pace with everybody for five years."""
    trade = np.array([100.0, 300.0]) * np.exp(pace * np.arange(5))[:, None]
    rates = np.full(4, income)
    return Known(trade, 10 * trade, rates, rates, 0.06, 0.05)


def test_what_each_rule_says() -> None:
    known = growing(0.1)
    said = {name: float((rule(known, 4) / known.trade[-1])[0]) for name, rule in RULES.items()}
    assert said["last_value"] == 1.0
    assert said["half_income"] == pytest.approx(1.06**2)
    assert said["constant_share"] == pytest.approx(1.06**4)
    assert said["todays_assumptions"] == pytest.approx(1.06**4)
    # 0.1 a year over ln 1.06 is an elasticity of 1.72, half way to one 1.36.
    assert said["measured_elasticity"] == pytest.approx(1.06 ** (4 * 1.358), rel=1e-3)
    assert said["damped_pace"] == pytest.approx(np.exp(0.1 * (0.5 + 0.25 + 0.125 + 0.0625)))
    assert said["share_trend"] == pytest.approx(said["half_income"])  # the share does not move


def _every_history_moved(economy: Economy, year: int) -> History:
    """All trade and all macro series after a year times seven."""
    history = read_history(economy)
    late = position(year) + 1

    def moved(values: np.ndarray) -> np.ndarray:
        out = np.array(values, dtype=float)
        out[late:] *= 7.0
        return out

    return replace(
        history,
        bilateral=FrozenMapping({f: moved(v) for f, v in history.bilateral.items()}),
        totals=FrozenMapping({f: moved(v) for f, v in history.totals.items()}),
        imports=moved(history.imports),
        world_imports=moved(history.world_imports),
        macro=FrozenMapping({name: moved(v) for name, v in history.macro.items()}),
    )


def test_the_choice_does_not_look_outside_the_window(
    economy: Economy, summed: pd.DataFrame
) -> None:
    moved = _every_history_moved(economy, LAST_FITTED)
    inputs = reference_rules.rule_inputs(economy, moved)
    again = reference_rules.summary(reference_rules.compare(economy, inputs))
    pd.testing.assert_frame_equal(again, summed)
    inside = _every_history_moved(economy, LAST_FITTED - 1)
    other = reference_rules.compare(economy, reference_rules.rule_inputs(economy, inside))
    assert not np.allclose(reference_rules.summary(other)["error"], summed["error"])


def test_a_rule_knows_nothing_after_its_origin(economy: Economy) -> None:
    inputs = reference_rules.rule_inputs(economy)
    later = reference_rules.rule_inputs(economy, _every_history_moved(economy, 2014))
    for flow, given in inputs.items():
        for measure in reference_rules.MEASURES:
            one, other = given.known(measure, 2014), later[flow].known(measure, 2014)
            for rule in RULES.values():
                np.testing.assert_array_equal(rule(one, 3), rule(other, 3))


def test_the_central_variant_is_the_rule_with_the_smallest_error(
    economy: Economy, summed: pd.DataFrame
) -> None:
    free = summed[~summed["told"]]
    for flow, rule in reference_rules.central_rules(economy).items():
        errors = free[free["flow"] == flow].set_index("rule")["error"]
        assert errors[rule] == errors.min()
    assert set(free["rule"]) == set(RULES)
    # Every rule is judged by the same origins, years ahead and measures.
    assert summed["forecasts"].nunique() == 1


def test_a_rule_that_is_told_the_answer_is_never_chosen(summed: pd.DataFrame) -> None:
    best = summed.sort_values("error").groupby("flow").first()
    assert best["told"].all()  # knowing India's trade with others helps, and is no forecast
    assert not set(reference_rules.chosen(summed).values()) & set(reference_rules.TOLD)
