"""``--level``, and ``level`` and ``refine`` of a scenario file: the same answer in every face."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

import cepasim
from cepasim import Economy, Scenario
from cepasim.cli.commands import app

RUNNER = CliRunner()
LOAD = functools.cache(cepasim.load)
SHOES = """\
name: Shoes
horizon: 2025-26
levers:
  - tariff: {importer: JPN, select: {hs: ['64']}, cut: eliminate, start: 2024-25}
"""


def call(*arguments: str | Path, code: int = 0) -> str:
    done = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(autouse=True)
def parameters_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cepasim, "load", LOAD)


@pytest.fixture
def shoes(tmp_path: Path) -> Path:
    file = tmp_path / "shoes.yaml"
    file.write_text(SHOES)
    return file


@pytest.fixture(scope="module")
def by_heading() -> pd.DataFrame:
    """What an economy that was loaded by heading answers."""
    economy = cepasim.load(level="hs4", refine=["64"])
    return cepasim.simulate(economy, Scenario.from_dict(yaml.safe_load(SHOES))).totals


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        found[wanted.columns], wanted, check_dtype=False, rtol=1e-9, atol=1e-9
    )


@pytest.mark.slow(seconds=1)
def test_run_by_the_option_and_by_the_file(
    shoes: Path, tmp_path: Path, by_heading: pd.DataFrame
) -> None:
    """The option takes the place of what the file says, and is in the scenario that is kept."""
    call("run", shoes, "--level", "hs4:64", "--out", tmp_path / "asked")
    same(pd.read_csv(tmp_path / "asked" / "totals.csv"), by_heading)
    written = tmp_path / "asked" / "scenario.yaml"
    read = Scenario.read(written)
    assert (read.level, read.refine) == ("hs4", ("64",))
    call("run", written, "--out", tmp_path / "read")
    same(pd.read_csv(tmp_path / "read" / "totals.csv"), by_heading)
    call("run", written, "--level", "chapter", "--out", tmp_path / "chapters")
    chapters = pd.read_csv(tmp_path / "chapters" / "sectors.csv", dtype={"hs": str})
    assert set(chapters["hs"].str.len()) == {2}


@pytest.mark.slow(seconds=0.7)
def test_batch_and_montecarlo(shoes: Path, tmp_path: Path, by_heading: pd.DataFrame) -> None:
    level = ("--level", "hs4:64", "--workers", "1")
    call("batch", shoes, "--out", tmp_path / "batch", *level)
    same(pd.read_parquet(tmp_path / "batch" / "totals" / "scenario=shoes"), by_heading)
    # Another level is another answer: nothing of the first is taken for it.
    call("batch", shoes, "--out", tmp_path / "batch", "--workers", "1")
    found = pd.read_parquet(tmp_path / "batch" / "totals" / "scenario=shoes")
    assert (found["exports_usd_mn"] - by_heading["exports_usd_mn"]).abs().max() > 1e-3
    call("montecarlo", shoes, "--draws", "2", "--out", tmp_path / "drawn", *level)
    drawn = pd.read_csv(tmp_path / "drawn" / "totals.csv")
    central = drawn[drawn["item"] == "exports_usd_mn"]["central"].to_numpy()
    assert central == pytest.approx(by_heading["exports_usd_mn"].to_numpy(), rel=1e-9)


def test_other_commands_take_it(shoes: Path) -> None:
    assert "armington" in call("compare-engines", shoes, "--level", "hs4:64")
    asked = ("--year", "2025-26", "--change-in-balance", "5")
    by_product, by_chapter = (
        re.findall(r"[-+]?[\d.,]+ %", call("target", shoes, *asked, *level))
        for level in (("--level", "hs4:64"), ())
    )
    assert by_product and by_product != by_chapter


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("hs5", "one of chapter, hs4, hs6, or hs6:87,64"),
        ("chapter:87", "one of chapter"),
        ("hs6:870", "chapters of two digits, such as hs6:87,64; not '870'"),
        ("hs6:", "not ''"),
    ],
)
def test_what_is_no_level_is_refused(shoes: Path, level: str, said: str) -> None:
    told = " ".join(call("run", shoes, "--level", level, code=2).split())
    assert "--level" in told and said in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"level": "hs5"}, "level: 'hs5'; chapter, hs4 or hs6"),
        ({"refine": ["64", "77"]}, "refine[1]: '77'; a chapter such as '87'"),
        ({"refine": [87]}, "refine[0]: 87; chapters of two digits in quotes"),
        ({"level": "chapter", "refine": ["87"]}, "hs4 or hs6 where refine names chapters"),
    ],
)
def test_a_file_is_refused_by_field(more: dict[str, object], said: str) -> None:
    with pytest.raises(cepasim.InputError) as refused:
        Scenario.from_dict({"name": "x"} | more)
    assert said in str(refused.value)


@pytest.mark.slow(seconds=1)
def test_no_more_than_a_few_splits_are_kept(economy: Economy) -> None:
    """Each split of all chapters takes some 100 MB of a server that runs for months."""
    under = economy.with_overrides({"size_follows_partner": 0.5})
    fine = [under.refine([chapter]) for chapter in ("01", "02", "03", "04", "05")]
    kept = [key for key in under.known if isinstance(key, tuple) and key[0] == "products"]
    assert len(kept) == 3 and under.refine(["05"]) is fine[-1]
    assert under.at_level("chapter") is under and fine[0].at_level("hs6", ["05"]) is fine[-1]


ADVICE = """\
name: Shoes
year: 2027-28
candidates:
  - {name: shoes, tariff: {importer: JPN, select: {hs: ['64']}, cut: eliminate, start: 2026-27}}
"""


def test_advice_takes_it(shoes: Path, tmp_path: Path) -> None:
    """A product competes with its like alone: answers differ from a chapter's and are near them."""
    ask = tmp_path / "ask.yaml"
    ask.write_text(ADVICE)
    found: dict[str, list[float]] = {"hs6:64": [], "chapter": []}
    for level, gains in found.items():
        asked, out = ("--level", level), tmp_path / level.replace(":", "-")
        call("negotiate", ask, "--out", out / "package", *asked)
        package = pd.read_csv(out / "package" / "package.csv").set_index("measure")
        gains.append(float(package["balance_usd_mn"]["package"]))
        offers = ("compare-offers", shoes, "reference", "--year", "2025-26", "--out", out / "o")
        assert "Duties of the offers differ on" in call(*offers, *asked)
        assert len(pd.read_csv(out / "o" / "lines.csv")) > 20
        sides = pd.read_csv(out / "o" / "sides.csv").set_index(["side", "item"])
        gains.append(float(sides["mine_usd_mn"][("India", "sales to the partner")]))
        # What is written runs at the level it was found at.
        kept = Scenario.read(out / "package" / "scenario.yaml")
        totals = cepasim.simulate(LOAD(), kept, attribution=False).totals.set_index("fiscal_year")
        again = float(totals["change_in_balance_usd_mn"]["2027-28"])
        assert again == pytest.approx(gains[0], rel=1e-9)
    assert found["hs6:64"] == pytest.approx(found["chapter"], rel=0.25)
    assert all(a != pytest.approx(b, rel=1e-3) for a, b in zip(*found.values(), strict=True))
    assert "Footwear" in call("triggers", shoes, "--watch", "JPN:64=20", "--level", "hs6:64")


def test_offers_at_two_levels_are_no_comparison(economy: Economy) -> None:
    """An offer without a level of its own is run at the other's; two levels are refused."""
    fine, finer = (
        Scenario.from_dict(yaml.safe_load(SHOES) | {"level": level, "refine": ["64"]})
        for level in ("hs4", "hs6")
    )
    same = cepasim.compare_offers(
        economy, fine, Scenario.from_dict(yaml.safe_load(SHOES)), "2025-26"
    )
    assert same.sides["theirs_less_mine_usd_mn"].abs().max() < 1e-9
    assert "headings of chapters 64" in same.text
    with pytest.raises(cepasim.InputError, match="level of mine"):
        cepasim.compare_offers(economy, fine, finer, "2025-26")


def test_an_economy_says_how_fine_it_is(economy: Economy) -> None:
    assert economy.detail == {}
    assert economy.refine(["64"], "hs4").detail == {"level": "hs4", "refine": ("64",)}
    assert economy.with_products(["8703"]).detail == {}  # a quota's own market is no level


@pytest.mark.parametrize("command", ["list", "negotiate", "allocate-fund"])
def test_a_command_without_a_scenario_does_not_speak_of_one_by_the_level(command: str) -> None:
    [option] = [one for one in get_command(app).commands[command].params if one.name == "level"]
    assert option.show_default == "chapter"
