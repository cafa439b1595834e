"""The panel estimator on data made with a known answer, and what it says about the real ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cepasim.calibrate.backcast.panel import (
    CONTROLS,
    LEFT_OUT,
    PanelData,
    estimate,
    panel_data,
    tariff_panel,
    verdict,
    within,
)
from cepasim.economy.economy import Economy

TRUE = -4.0


def made(noise: float, seed: int = 3, chapters: int = 60, years: int = 12) -> PanelData:
    """Five sources; the first one's tariff falls at a pace of its chapter."""
    rng = np.random.default_rng(seed)
    chapter = np.repeat(np.arange(chapters), 5)
    source = np.tile(np.arange(5), chapters)
    base = rng.uniform(0.02, 0.3, chapters)[chapter]
    pace = np.clip(np.arange(years) / (years - 1), 0, 1)
    tariff = np.log1p(base[:, None] * np.where(source == 0, 1.0, 0.0)[:, None] * (1 - pace))
    tariff += np.log1p(base)[:, None] * (source != 0)[:, None]
    log = TRUE * tariff
    log += rng.normal(0, 2, len(chapter))[:, None]
    log += rng.normal(0, 1, (chapters, years))[chapter]
    log += rng.normal(0, 0.5, (5, years))[source]  # ups and downs of each source
    log += noise * rng.standard_normal(log.shape)
    return PanelData(log, tariff, chapter, source, rng.uniform(1, 9, len(chapter)))


@pytest.mark.parametrize("weighted", [False, True])
def test_a_known_elasticity_is_found(weighted: bool) -> None:
    got = estimate(made(0.0), source_year=True, weighted=weighted)
    assert got.coefficient == pytest.approx(TRUE, abs=1e-6)
    assert got.standard_error < 1e-6


def test_the_standard_error_covers_the_truth_about_as_often_as_it_should() -> None:
    hits = []
    for seed in range(40):
        got = estimate(made(0.3, seed, chapters=30), source_year=True)
        hits.append(abs(got.coefficient - TRUE) < 1.96 * got.standard_error)
    assert 0.8 <= np.mean(hits) <= 1.0


def test_without_source_year_effects_a_source_that_fades_biases_the_answer() -> None:
    data = made(0.0)
    fading = data.log_imports - 0.1 * np.arange(12) * (data.source == 0)[:, None]
    data = replace(data, log_imports=fading)
    assert abs(estimate(data).coefficient - TRUE) > 1.0
    assert estimate(data, source_year=True).coefficient == pytest.approx(TRUE, abs=1e-6)


def test_effects_of_pair_and_of_chapter_and_year_are_gone() -> None:
    data = made(0.3)
    left = within(data.log_imports, data.chapter, np.ones(len(data.chapter)))
    np.testing.assert_allclose(left.mean(axis=1), 0.0, atol=1e-12)
    for h in np.unique(data.chapter):
        np.testing.assert_allclose(left[data.chapter == h].mean(axis=0), 0.0, atol=1e-12)


def test_a_tariff_that_does_not_vary_is_refused() -> None:
    data = made(0.3)
    with pytest.raises(ValueError, match="does not vary"):
        estimate(replace(data, log_tariff=np.zeros(data.log_tariff.shape)))


def test_cells_are_balanced_and_large_enough(economy: Economy) -> None:
    data = panel_data(economy)
    assert np.isfinite(data.log_imports).all()
    assert (data.log_imports >= 0).all()  # US$ 1 mn and more
    assert data.log_imports.shape[1] == 12
    assert len(np.unique(data.source)) == 1 + len(CONTROLS)
    treated = data.source == 0
    assert (np.ptp(data.log_tariff[~treated], axis=1) == 0).all()
    assert np.ptp(data.log_tariff[treated], axis=1).max() > 0.01


def test_the_verdict_says_what_the_table_shows(economy: Economy) -> None:
    panel = tariff_panel(economy)
    strict = panel.estimates.iloc[1]
    assert ("cannot tell" in panel.verdict) == (strict["low"] <= 0 <= strict["high"])
    assert f"{strict['elasticity']:.1f}" in panel.verdict
    assert (panel.literature["value"] < 0).all()
    assert set(LEFT_OUT).isdisjoint(CONTROLS)


def _estimates(plain: tuple[float, float], strict: tuple[float, float]) -> pd.DataFrame:
    rows = [(sum(ends) / 2, (ends[1] - ends[0]) / 4, *ends) for ends in (plain, strict)]
    return pd.DataFrame(rows, columns=["elasticity", "standard_error", "low", "high"])


@pytest.mark.parametrize(
    ("strict", "literature", "words"),
    [
        ((-9.0, 5.0), [-1.0, -2.0], "holds every response in the literature: these data cannot"),
        ((-1.5, 5.0), [-1.0, -2.0], "Of the literature the range of the second holds: q-1.0"),
        ((-4.0, -3.0), [-1.0, -2.0], "no response in the literature: tariffs moved imports, as"),
        ((1.0, 3.0), [-1.0, -2.0], "with the wrong sign"),
    ],
)
def test_the_verdict_follows_whatever_was_estimated(
    strict: tuple[float, float], literature: list[float], words: str
) -> None:
    published = pd.DataFrame(
        {"quantity": [f"q{value}" for value in literature], "value": literature}
    )
    said = verdict(_estimates((-8.0, -0.4), strict), published)
    assert words in said
    assert "The first differs from zero (95 %: -8.0 to -0.4)" in said
    assert ("The second does not differ from zero" in said) == (strict[0] <= 0 <= strict[1])
