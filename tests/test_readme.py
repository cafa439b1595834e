"""README and the generated pages say what the model computes today."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from cepasim import Economy

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RENEW = "run: make docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate", ROOT / "docs" / "writers" / "quoted.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow(seconds=2)
def test_readme_shows_what_the_commands_print(generate: ModuleType, economy: Economy) -> None:
    assert generate.readme(economy) == README, RENEW


def test_elasticity_page_is_current(generate: ModuleType, economy: Economy) -> None:
    page = (ROOT / "docs" / "elasticities.md").read_text(encoding="utf-8")
    assert generate.elasticity_page(economy) == page, RENEW


def test_time_page_is_current(generate: ModuleType, economy: Economy) -> None:
    page = (ROOT / "docs" / "time.md").read_text(encoding="utf-8")
    assert generate.time_page(economy) == page, RENEW


def test_the_five_liner_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(code, names)
    assert names["result"].totals["exports_usd_mn"].iloc[0] == pytest.approx(5150)  # type: ignore[attr-defined]


def test_the_scenario_file_of_the_readme_is_valid(tmp_path: Path) -> None:
    from cepasim import Scenario

    [text] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    assert len(Scenario.read(file).levers) == 2


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
