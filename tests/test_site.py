"""The site: its reference is printed from the code, its links lead somewhere, its examples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import cepasim
from cepasim.levers.every import LEVERS
from cepasim.params.loading import load_parameters
from docs.writers.api import api_page
from docs.writers.command_line import command_line_page
from docs.writers.keys import allowed
from docs.writers.scenario_keys import scenario_page

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOW_TO = [DOCS / "index.md", *sorted((DOCS / "howto").glob("*.md"))]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("scenario.md", scenario_page),
        # Older versions of Typer do not say what an argument means.
        pytest.param("command_line.md", command_line_page, marks=pytest.mark.locked),
        ("api.md", api_page),
    ],
)
def test_the_reference_is_what_the_code_prints(page: str, text: Callable[[], str]) -> None:
    assert (DOCS / "reference" / page).read_text(encoding="utf-8") == text(), "run: make docs"


def test_every_key_of_every_lever_says_what_is_allowed() -> None:
    for lever in LEVERS.values():
        for name, field in lever.model_fields.items():
            assert allowed(name, field)


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_examples_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(compile(block, str(page), "exec"), {})
    for block in re.findall(r"```yaml\n(.*?)```", text, re.S):
        content = yaml.safe_load(block)
        if "vary" in content:
            base = cepasim.Scenario.bundled(content["base"])
            assert len(cepasim.grid(base, content["vary"])) > 1
        else:
            assert cepasim.Scenario.from_dict(content).levers


@pytest.mark.slow(seconds=6)
def test_the_site_builds_and_no_link_is_broken(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "SITE_NOTEBOOKS": "stored",
            "NO_MKDOCS_2_WARNING": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    method = (tmp_path / "method.html").read_text(encoding="utf-8")
    assert "<math" in method and "$$" not in method
    assert (tmp_path / "params" / "elasticities" / "armington.csv").is_file()
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)"', page.read_text()
        )
        assert not loaded, f"{page.name} loads {loaded}"


def test_the_page_on_citing_quotes_a_number_of_today() -> None:
    quoted = (DOCS / "howto" / "cite.md").read_text(encoding="utf-8")
    [row] = re.findall(r"^\| \[`full-package`\].*$", (ROOT / "README.md").read_text(), re.M)
    *_, balance, figures, with_choice, _later, _end = (cell.strip(" *") for cell in row.split("|"))
    assert f"by {balance} US$ mn" in quoted
    assert f"(90 % range {figures} from the figures, {with_choice} with model" in quoted


def test_the_smallest_file_of_own_figures_is_read(tmp_path: Path) -> None:
    [text] = re.findall(r"```csv\n(.*?)```", (DOCS / "own_figures.md").read_text("utf-8"), re.S)
    file = tmp_path / "fish.csv"
    file.write_text(text, encoding="utf-8")
    [row] = cepasim.data.read(file, year="2023-24").frame.to_dict("records")
    assert (row["hs"], row["reporter"], row["usd_mn"]) == ("03", "IND", 400.0)


def test_the_page_on_elasticities_names_values_that_exist() -> None:
    page = (DOCS / "howto" / "own_elasticity.md").read_text(encoding="utf-8")
    table = load_parameters().table("elasticities/armington")
    fish = table.set_index("name").loc["sigma_import_03"]
    assert f"is {fish['value']:g}, with a range from {fish['low']:g} to {fish['high']:g}:" in page
    known = {*table["name"], *load_parameters().table("elasticities/demand_supply")["name"]}
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `[^|]*\|", page, re.M)))
    assert len(named) > 4 and set(named) <= known
