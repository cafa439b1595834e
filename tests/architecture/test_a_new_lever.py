"""A new lever, added as CONTRIBUTING says, and it works in every face.

The lever of the folder ``halve`` is put into a copy of the package, so that nothing of the project
changes. The copy is then compared with the original: the files that differ are the places a lever
touches. They must be those that CONTRIBUTING names, and at most six.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What its author writes: the lever and its control, each where the package has such a file.
HALVE = Path(__file__).parent / "halve"
MOST_PLACES = 6

SCENARIO = """name: Half of a duty goes
levers:
  - halve: {importer: IND, select: {hs: ["87"]}, start: 2027-28, years: 2}
"""

#: Run in the copy: what `make docs` and `make catalogues` do for a lever, and its translator; then
#: the program, a note, a link there and back, and the page in Japanese.
WALK = """
from docs.writers import catalogues, levers

JAPANESE = {
    "Halved duties": "関税の半減",
    "{importer} halves its duties on {goods}": "{importer}が{goods}に対する関税を半減する",
    "Steps to half": "半減までの段階数",
    "half in %d steps": "%d段階で半減",
    "What a supplier pays is cut to half of what it is.": "供給国が支払う関税を半分に引き下げる。",
}
assert levers.main(["docs/levers.md"]) == 0
missing = set(catalogues.write("ja"))
assert missing == {"levers: " + text for text in JAPANESE}, missing
file = catalogues.PACKAGE / "catalogues" / "ja" / "levers.po"
texts = catalogues.read(file, "ja")
for text, translation in JAPANESE.items():
    texts.get(text).string = translation
catalogues.save(texts, file)

from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner
import cepasim
from cepasim.cli.commands import app as program
from cepasim.core.language import language
from cepasim.ui import link

run = CliRunner().invoke(program, ["run", "halve.yaml", "--year", "2030-31"])
assert run.exit_code == 0 and "halved duties" in run.stdout.lower(), run.output
scenario = cepasim.Scenario.read("halve.yaml")
result = cepasim.simulate(cepasim.load(), scenario)
change = result.totals.set_index("fiscal_year")["change_in_balance_usd_mn"]
assert change["2030-31"] < -1, change
result.brief("note.html", "2030-31")
assert link.scenario_of(link.token_of(scenario)) == scenario

# The page without the processes beside it, which nothing here waits for.
app = AppTest.from_string("from cepasim.ui.main import main; main()", default_timeout=120)
app.query_params["s"], app.query_params["lang"] = link.token_of(scenario), "ja"
app.session_state["in-words"] = True
app.run()
assert not app.exception and not app.error, app
shown = " ".join(str(piece.value) for piece in (*app.markdown, *app.text, *app.caption))
assert "インドが日本からの産品" in shown and "に対する関税を半減する" in shown, shown
assert [switch.value for switch in app.toggle if switch.label == "関税の半減"] == [True], app.toggle
[steps] = [one for one in app.sidebar.slider if one.label.endswith("半減までの段階数")]
assert steps.value == 2 and steps.proto.format == "%d段階で半減", steps
with language("ja"):  # in which the test reads what the page offers
    steps.set_value(5).run()
assert not app.exception and not app.error, app
assert [lever.years for lever in app.session_state["cepasim"].scenario.levers] == [5]
"""


@pytest.mark.slow(seconds=10)
def test_a_new_lever_touches_few_places_and_works_everywhere(tmp_path: Path) -> None:
    # With what was compiled of it: files keep their dates, so that it holds.
    package = shutil.copytree(ROOT / "src" / "cepasim", tmp_path / "src" / "cepasim")
    (tmp_path / "params").symlink_to(ROOT / "params")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "writers").symlink_to(ROOT / "docs" / "writers")
    for printed in ("CHANGELOG.md", "docs/levers.md"):
        shutil.copy(ROOT / printed, tmp_path / printed)

    shutil.copytree(HALVE, package, dirs_exist_ok=True)
    _insert(
        package / "levers" / "every.py",
        ("from cepasim.levers.lever import", "from cepasim.levers.halve import HalveLever"),
        ("    )\n}", "        HalveLever,"),
    )
    _insert(tmp_path / "CHANGELOG.md", ("## ", "- A lever that halves duties.\n"))
    (tmp_path / "halve.yaml").write_text(SCENARIO, encoding="utf-8")
    _walk(tmp_path)
    assert "halves its duties" in (tmp_path / "note.html").read_text(encoding="utf-8")

    touched = set(_unlike_the_original(tmp_path))
    assert touched == set(_named_in_the_walk()), "CONTRIBUTING names these and no others"
    assert len(touched) <= MOST_PLACES


def _insert(file: Path, *lines: tuple[str, str]) -> None:
    """Put lines into a file, each before the first place where a text stands."""
    text = file.read_text(encoding="utf-8")
    for before, line in lines:
        head, found, rest = text.partition(before)
        assert found, before
        text = f"{head}{line}\n{found}{rest}"
    file.write_text(text, encoding="utf-8")


def _walk(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def _unlike_the_original(copy: Path) -> Iterator[str]:
    """Files of the copy that the original does not have, or has otherwise."""
    for file in (*copy.glob("*.md"), *copy.glob("docs/*.md"), *(copy / "src").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            original = ROOT / file.relative_to(copy)
            if not original.is_file() or original.read_bytes() != file.read_bytes():
                yield file.relative_to(copy).as_posix().removeprefix("src/cepasim/")


def _named_in_the_walk() -> list[str]:
    """Places of CONTRIBUTING's steps towards a lever: the file each step begins with."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    walk = text.partition("\n### a lever\n")[2].partition("\n### ")[0]
    return re.findall(r"^\d\. `([^`]+)`", walk, re.M)
