"""A new lever, added as CONTRIBUTING says: a file, a line in a list, and it works in every face.

The lever is written into a copy of the package, so that nothing of the project changes. The places
it touches are counted: CONTRIBUTING promises at most six, the two of code that this test needs, the
page of signs, a control with its line in the registry, and the changelog.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_PLACES = 6

LEVER = '''"""The halving lever: duties are cut in two."""

from __future__ import annotations

from typing import ClassVar

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.levers.fields import Years
from cepasim.levers.lever import Example
from cepasim.levers.rates import RateLever
from cepasim.levers.words import selection_in_words
from cepasim.products.classification import Classification


class HalveLever(RateLever):
    """Halve the duties on selected lines."""

    kind: ClassVar[str] = "halve"
    title: ClassVar[str] = "Halved duties"

    years: Years = 1

    def final_rates(self, before: Floats, mfn: Floats) -> Floats:
        """Half of what is paid."""
        return 0.5 * before

    def sentence(self, classification: Classification) -> str:
        """Who halves what."""
        what = selection_in_words(self.select, classification)
        return f"{COUNTRY[self.importer]} halves its duties on {what}"

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """One on India's side."""
        settings = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2027-28", "years": 2}
        return (Example("in India", settings, "0+-0?", "Japanese vehicles land cheaper"),)
'''

SCENARIO = """name: Half of a duty goes
levers:
  - halve: {importer: IND, select: {hs: ["87"]}, start: 2027-28, years: 2}
"""

#: Run against the copy: the program, a note, a link there and back, and the page that it opens.
FACES = """
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner
import cepasim
from cepasim.cli.commands import app as program
from cepasim.ui import link

run = CliRunner().invoke(program, ["run", "{file}", "--year", "2030-31"])
assert run.exit_code == 0 and "halved duties" in run.stdout.lower(), run.output
assert cepasim.__file__.startswith("{copy}"), cepasim.__file__
scenario = cepasim.Scenario.read("{file}")
result = cepasim.simulate(cepasim.load(), scenario)
change = result.totals.set_index("fiscal_year")["change_in_balance_usd_mn"]
assert change["2030-31"] < -1, change
result.brief("{note}", "2030-31")
assert link.scenario_of(link.token_of(scenario)) == scenario
app = AppTest.from_file("{app}", default_timeout=120)
app.query_params["s"] = link.token_of(scenario)
app.run()
assert not app.exception and not app.error, app
shown = " ".join(str(piece.value) for piece in (*app.markdown, *app.text, *app.caption))
assert "halves its duties" in shown, shown
"""


@pytest.mark.slow(seconds=10)
def test_a_new_lever_touches_few_places_and_works_everywhere(tmp_path: Path) -> None:
    copy = tmp_path / "src" / "cepasim"
    # With what was compiled of it: files keep their dates, so that it holds.
    shutil.copytree(ROOT / "src" / "cepasim", copy)
    for beside in ("params", "docs"):
        (tmp_path / beside).symlink_to(ROOT / beside)
    places = {
        "docs/levers.md",
        "ui/controls/halve.py",
        "ui/controls/registry.py",
        "CHANGELOG.md",
    }

    (copy / "levers" / "halve.py").write_text(LEVER, encoding="utf-8")
    places.add("levers/halve.py")
    every = copy / "levers" / "every.py"
    text = every.read_text(encoding="utf-8")
    text = text.replace(
        "from cepasim.levers.tariff import TariffLever\n",
        "from cepasim.levers.tariff import TariffLever\n"
        "from cepasim.levers.halve import HalveLever\n",
    ).replace("        ExternalLever,\n", "        ExternalLever,\n        HalveLever,\n")
    every.write_text(text, encoding="utf-8")
    places.add("levers/every.py")
    assert len(places) <= MOST_PLACES

    file, note = tmp_path / "halve.yaml", tmp_path / "note.html"
    file.write_text(SCENARIO, encoding="utf-8")
    faces = FACES.format(
        copy=copy.parent, file=file, note=note, app=copy / "ui" / "entry" / "app.py"
    )
    done = subprocess.run(
        [sys.executable, "-c", faces],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert "halves its duties" in note.read_text(encoding="utf-8")
