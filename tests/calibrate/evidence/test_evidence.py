"""The report: what it says, what it prints, and that the committed page is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cepasim
from cepasim import Scenario
from cepasim.calibrate.backcast import forecasts
from cepasim.calibrate.backcast.backcast import backcast
from cepasim.calibrate.evidence import __main__ as program
from cepasim.calibrate.evidence import calibration as evidence
from cepasim.calibrate.evidence.__main__ import main
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.page import markdown
from cepasim.calibrate.evidence.reference import fresh_table
from cepasim.calibrate.evidence.scores import bounds_table, lost_to
from cepasim.calibrate.evidence.terminal import text
from cepasim.calibrate.evidence.verdict import (
    default_economy,
    plain_words,
    question_table,
    sector_table,
)
from cepasim.calibrate.evidence.words import records
from cepasim.cli.commands import app
from cepasim.economy.economy import Economy
from cepasim.economy.loading import load
from cepasim.economy.verdict import DUTIES, EXCHANGE_RATES, UNMEASURED, verdicts
from cepasim.levers.every import LEVERS
from cepasim.levers.quota import QuotaLever
from cepasim.levers.remedy import RemedyLever
from cepasim.levers.tariff import TariffLever
from cepasim.levers.withdraw import WithdrawLever
from cepasim.report import views

#: All share what takes seconds: the fixture.
pytestmark = pytest.mark.slow(seconds=1)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "evidence.md"


@pytest.fixture(scope="module")
def result(calibrated: Calibration) -> Calibration:
    return calibrated


@pytest.fixture(scope="module")
def page(result: Calibration) -> str:
    """The page of the evidence; writing it takes a second."""
    return markdown(result)


@pytest.mark.slow(seconds=10)
def test_committed_page_is_current(page: str) -> None:
    renew = "run: python -m cepasim.calibrate.evidence docs/evidence.md"
    assert PAGE.read_text(encoding="utf-8") == page, renew


def test_a_bound_has_the_unit_of_its_score_and_a_name_in_words(result: Calibration) -> None:
    fresh = fresh_table(result)
    for row in (*records(fresh), *records(bounds_table(result.bounds))):
        measured = str(row.get("now", row.get("measured"))).split(",")[0]
        limits = str(row["bound"]).split(", ")
        assert all(limit.endswith(" %") == measured.endswith(" %") for limit in limits), row
        assert "_" not in f"{row['score']}{row.get('bound on', '')}", row
    assert "at most 45 %" in set(fresh["bound"])


def test_an_amount_begins_with_its_currency(page: str) -> None:
    assert re.search(r"added US\$ \d\.\d\d bn to imports", page)
    assert not re.search(r"\d US\$ bn", page)


def test_rows_of_a_table_have_as_many_cells_as_its_head(page: str) -> None:
    head = 0
    for line in page.splitlines():
        cells = line.count("|")
        if not line.startswith("|"):
            head = 0
        elif head == 0:
            head = cells
        else:
            assert cells == head, line


def test_a_simple_forecast_that_does_better_is_named(result: Calibration, page: str) -> None:
    listed = "\n".join(lost_to(result.backcast))
    t = result.backcast.theil
    same = t[(t["forecast"] == forecasts.MODEL) & t["against"].str.endswith("2013-14")]
    for row in same[same["level"] == "total"].itertuples(index=False):
        assert (f"{row.theil_u:.2f}" in listed) == (row.theil_u > 1)
    assert listed in page.replace("\n- ", "\n")


def test_verdict_names_each_section_once_and_where_it_belongs(result: Calibration) -> None:
    table = sector_table(result).set_index("flow")
    s = result.backcast.section_scores
    simple = ["wape_no_change", "wape_constant_share", "wape_linear_trend"]
    for row in s[s["mean_usd_mn"] >= result.smallest_section].to_dict("records"):
        cells = list(table.loc[f"{row['flow']}s"])
        here = [f"{row['section']} {row['name']} (" in cell for cell in cells]
        # "V Minerals" is the end of no other name, but "I Animals" could be: look at whole names.
        assert sum(here) == 1, row
        usable = row["wape"] <= result.usable_error
        better = row["wape"] < min(row[name] for name in simple)
        assert here.index(True) == (2 if not usable else 0 if better else 1), row


def test_bounds_of_the_second_model_are_read_and_its_misses_named(result: Calibration) -> None:
    table = result.second_bounds.set_index(["level", "flow"])
    assert len(table) == 6
    missed = set(table.index[~table["met"].astype(bool)])
    assert missed == {("total", "export"), ("section", "export")}


def test_verdict_opens_with_both_models_and_their_errors(result: Calibration) -> None:
    intro, points = plain_words(result)
    assert "two models" in intro
    assert "imports 46 % too high" in points and "imports from Japan by 3 %" in points
    assert "no other share fits as well" in points and "0 % to 100 %" in points
    assert f"“{Scenario.bundled('cepa-reciprocal').name}”" in points
    assert "exports grow by 0 % and imports by 3 %" in points and "-41 % to +41 %" in points
    assert "figure" not in intro + points


def test_verdict_answers_follow_the_scores(result: Calibration) -> None:
    table = question_table(result).set_index("question")
    answers = table["may the first model be used?"]
    for flow, words in (
        ("export", "How much will India export to Japan in all?"),
        ("import", "How much will it import from Japan in all?"),
        ("balance", "How large will the deficit be?"),
    ):
        usable = result.backcast.score_of("total", flow)["wape"] <= result.usable_error
        assert (answers[words] != "**no**") == usable, words
    untested = [q for q in table.index if "fund" in q or "loses" in q]
    assert (answers[untested] == "not judged here").all()


def test_the_verdict_on_exchange_rates_is_that_of_the_lever(
    result: Calibration, economy: Economy
) -> None:
    why = question_table(result).set_index("question")["why"]["What does the exchange rate change?"]
    value = economy.parameters.value("exchange_rate_pass_through")
    assert f"passes on {100 * value:.0f} %" in why


def test_a_result_quotes_the_verdict_on_duties(result: Calibration, economy: Economy) -> None:
    points = plain_words(result)[1]
    note = verdicts(economy.parameters)[DUTIES].note
    for words in ("does not show the response", "upper part of what may happen"):
        assert words in note and words in points
    for lever in (TariffLever, WithdrawLever, RemedyLever, QuotaLever):
        assert lever.question == DUTIES


def test_the_page_and_the_terminal_quote_the_table(
    result: Calibration, page: str, economy: Economy
) -> None:
    said = " ".join(text(result).split())
    shown = " ".join(
        cell if isinstance(cell, str) else "".join(span.text for span in cell)
        for row in views.verdict(economy.parameters).rows
        for cell in row
    )
    for one in verdicts(economy.parameters).values():
        assert one.asked in page and one.why in page and one.asked in said
        assert one.answer in page.replace("**", "") and one.answer in said
        assert one.asked in shown and one.answer in shown
        assert one.why.replace("`", "") in shown.replace("\N{MINUS SIGN}", "-")


def test_every_lever_raises_a_question_that_has_a_note(economy: Economy) -> None:
    known = verdicts(economy.parameters)
    assert {lever.question for lever in LEVERS.values()} == {DUTIES, EXCHANGE_RATES, UNMEASURED}
    assert all(known[lever.question].note for lever in LEVERS.values())
    scenario = Scenario.bundled("full-package")
    notes = cepasim.simulate(economy, scenario).notes
    assert notes[:2] == (known[DUTIES].note, known[UNMEASURED].note)


def test_the_note_prints_the_verdict_before_all_others(economy: Economy, tmp_path: Path) -> None:
    cepasim.simulate(economy, Scenario.bundled("full-package")).brief(tmp_path / "note.html")
    note = (tmp_path / "note.html").read_text(encoding="utf-8")
    assert "Duties: the size of the response rests on the literature" in note
    assert "nobody measured what" in note


def test_the_page_shows_the_fan_the_rules_and_the_fresh_tests(
    result: Calibration, page: str
) -> None:
    table = result.fresh_bounds
    for missed, words in ((~table["first_met"], "In that run"), (~table["met"], "breaks;")):
        assert f"{words} {int(missed.sum())} " in page
    for rule in ("**last value**", "**half income**", "today's assumptions"):
        assert rule in page
    assert page.count(", **missed**") == int((~table["first_met"]).sum() + (~table["met"]).sum())


def test_default_economy_is_explained_by_the_width_of_the_ranges(result: Calibration) -> None:
    words = default_economy(result.backcast)
    low, high = map(int, re.findall(r"only (\d+) % to (\d+) % narrower", words)[0])
    p = result.backcast.parameters.set_index("name").loc["backcast_pass_through"]
    shrunk = 1 - (p["high"] - p["low"]) / (p["prior_high"] - p["prior_low"])
    assert low <= 100 * shrunk + 0.5 and 100 * shrunk - 0.5 <= high < 50
    assert "does not use" in words and "Every estimate" in words


def test_default_economy_takes_nothing_from_the_fit(economy: Economy) -> None:
    other = economy.with_overrides(
        {"backcast_pass_through": 0.9, "backcast_elasticity_scale_machinery": 1.5}
    )
    for importer, market in economy.markets.items():
        assert (other.markets[importer].sigma_import == market.sigma_import).all()
    scenario = cepasim.Scenario.from_dict({"name": "none", "levers": []})
    one, two = (cepasim.simulate(e, scenario).totals for e in (economy, other))
    assert one["baseline_imports_usd_mn"].equals(two["baseline_imports_usd_mn"])


def test_metadata_of_the_fit_are_on_the_page(result: Calibration, page: str) -> None:
    for key in ("data_vintage", "cepasim", "window", "date", "judged_on"):
        assert result.fit[key] in page, key


def test_text_fits_a_terminal_and_has_every_part(result: Calibration) -> None:
    shown = text(result)
    for part in ("Benchmark of 2023-24", "Backcast from 2013-14", "Rise of the deficit", "panel"):
        assert part in shown
    assert max(map(len, shown.splitlines())) <= 125


@pytest.mark.slow(seconds=6)
def test_command_prints_and_writes_the_same_bytes_again(
    result: Calibration, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Economy] = []
    monkeypatch.setattr(evidence, "calibration", lambda of: asked.append(of) or result)
    run = CliRunner().invoke(app, ["calibrate", "--out", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    assert "Backcast from 2013-14" in run.output
    assert [one.parameters.digest for one in asked] == [load().parameters.digest]
    names = {file.name for file in written.iterdir()}
    assert {file.name for file in (tmp_path / "out").iterdir()} == names
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (written / name).read_bytes(), name
    bad = CliRunner().invoke(app, ["calibrate", "--params", str(tmp_path / "nowhere")])
    assert bad.exit_code == 2


def test_public_names_are_there_and_unknown_ones_are_not() -> None:
    assert cepasim.backcast is backcast
    assert callable(cepasim.decompose_history)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = cepasim.nothing_of_the_kind


def test_page_is_written_by_its_command(
    tmp_path: Path, result: Calibration, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Economy] = []
    monkeypatch.setattr(program, "calibration", lambda of: asked.append(of) or result)
    target = tmp_path / "evidence.md"
    assert main([str(target)]) == 0
    assert target.read_text(encoding="utf-8") == page
    assert [one.parameters.digest for one in asked] == [load().parameters.digest]
    assert main(["one", "two"]) == 2
