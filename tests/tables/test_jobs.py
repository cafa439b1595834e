"""Jobs supported: gross, by exports and by what imports displace, with the range of the ratio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cepasim
from cepasim import Economy, Result, Scenario
from cepasim.economy.uncertainty import Uncertainty
from cepasim.params.parameters import bundled_directory
from cepasim.report import terminal
from cepasim.report.jobs import jobs_in_words
from cepasim.tables.jobs import JOBS_BY, PARAMETER

CLOTHES = {"importer": "JPN", "type": "all", "select": {"section": "XI"}, "start": "2026-27"}
CARS = {"importer": "IND", "select": {"hs": ["87"]}, "cut": "eliminate", "start": "2026-27"}
OPEN_JAPAN: dict[str, Any] = {"ntb": CLOTHES | {"relief_percent": 40}}
OPEN_INDIA: dict[str, Any] = {"tariff": CARS}


def run(economy: Economy, *levers: dict[str, Any], **parameters: float) -> Result:
    scenario = Scenario.from_dict(
        {"name": "x", "horizon": "2028-29", "levers": list(levers), "parameters": parameters}
    )
    return cepasim.simulate(economy, scenario, attribution=False)


def last(result: Result) -> pd.DataFrame:
    table = result.jobs
    return table[table["fiscal_year"] == result.fiscal_years[-1]].set_index("cause")


@pytest.fixture(scope="module")
def both(economy: Economy) -> Result:
    return run(economy, OPEN_JAPAN, OPEN_INDIA)


def test_jobs_are_the_ratio_times_the_change_in_sales(both: Result, economy: Economy) -> None:
    row = economy.parameters.rows.set_index("name").loc[PARAMETER]
    table = last(both)
    assert set(table.index) == set(JOBS_BY)
    totals = both.totals.iloc[-1]
    exports = totals["exports_usd_mn"] - totals["baseline_exports_usd_mn"]
    assert table.loc["exports", "sales_usd_mn"] == pytest.approx(exports)
    lost = both.displacement
    lost = lost[(lost["flow"] == "import") & (lost["source"] == "domestic")]
    lost = lost[lost["fiscal_year"] == both.fiscal_years[-1]]["change_usd_mn"].sum()
    assert table.loc["imports", "sales_usd_mn"] == pytest.approx(-lost)
    for cause in JOBS_BY:
        sales = table.loc[cause, "sales_usd_mn"]
        assert table.loc[cause, "jobs"] == pytest.approx(row["value"] * sales)
        ends = sorted((row["low"] * sales, row["high"] * sales))
        assert table.loc[cause, ["jobs_low", "jobs_high"]].tolist() == pytest.approx(ends)


def test_exports_support_jobs_and_imports_displace_them(both: Result, economy: Economy) -> None:
    table = last(both)
    assert table.loc["exports", "jobs_low"] > 0 > table.loc["imports", "jobs_high"]
    alone = last(run(economy, OPEN_JAPAN))
    assert alone.loc["exports", "jobs"] == pytest.approx(table.loc["exports", "jobs"], rel=0.01)
    nothing = run(economy).jobs[["sales_usd_mn", "jobs", "jobs_low", "jobs_high"]]
    assert not nothing.to_numpy().any()


@pytest.mark.slow(seconds=1)
def test_one_s_own_figures_by_chapter_replace_the_ratio(tmp_path: Path, both: Result) -> None:
    bundled = bundled_directory() / "macro" / "jobs.csv"
    lines = bundled.read_text(encoding="utf-8").splitlines()
    own = 'jobs_clothing,jobs_per_usd_mn,,,61-62,,200,150,250,jobs per US$ mn,B,2024,own,"a count"'
    (tmp_path / "macro").mkdir()
    (tmp_path / "macro" / "jobs.csv").write_text("\n".join([*lines, own, ""]), encoding="utf-8")
    result = run(cepasim.load(tmp_path), OPEN_JAPAN)
    year = result.fiscal_years[-1]
    rows = result.by("chapter", year)
    rows = rows[rows["flow"] == "export"].set_index("hs")["change_usd_mn"]
    clothing = rows.loc[["61", "62"]].sum()
    wanted = 200 * clothing + 70 * (rows.sum() - clothing)
    assert clothing > 0
    assert last(result).loc["exports", "jobs"] == pytest.approx(wanted)


def test_the_ratio_is_drawn_within_its_range(economy: Economy) -> None:
    uncertainty = Uncertainty.of(economy)
    block = uncertainty.blocks[0]
    place = block.names.index(PARAMETER)
    scores = np.zeros(uncertainty.dimensions)
    found = []
    for score in (-1.64, 0.0, 1.64):
        scores[block.own[place]] = score
        found.append(float(block.at(scores)[place]))
    assert found[0] < found[1] < found[2]
    assert found[0] == pytest.approx(35, rel=0.05) and found[2] == pytest.approx(138, rel=0.05)
    moved = run(economy, OPEN_JAPAN, **{PARAMETER: found[2]})
    assert (
        last(moved).loc["exports", "jobs"] > last(run(economy, OPEN_JAPAN)).loc["exports", "jobs"]
    )


def test_every_face_says_supported_and_never_created(both: Result) -> None:
    year = both.fiscal_years[-1]
    said = jobs_in_words(both, year)
    assert "supported" in said and "gross" in said and "not created" in said
    assert "grade D" in said
    assert "jobs" in both.frames()
    text = " ".join(terminal.text(both, "total", year).split())
    assert "Jobs supported in India" in text
    assert not jobs_in_words(both, both.fiscal_years[0]), "nothing changes in the base year"
