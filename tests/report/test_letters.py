"""The Japanese letters of the package: whole, and used where the machine has none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont

from cepasim.core.language import LANGUAGES
from cepasim.report import look

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "src" / "cepasim" / "catalogues" / "ja"
#: Below are letters and digits that every font has.
FROM = "\x7e"
#: Up to here are letters that no page asks the program for.
LATIN = "\u2fff"


def _has(file: str) -> set[str]:
    return {chr(place) for place in TTFont(look.FONTS / file).getBestCmap()}


def _shown() -> set[str]:
    """Characters of translations, of what is not translated, and of the page with the glossary."""
    shown = set((ROOT / "docs" / "languages.md").read_text(encoding="utf-8"))
    for file in CATALOGUES.glob("*.po"):
        with file.open("rb") as opened:
            for message in read_po(opened):
                for said in (message.id, message.string):
                    shown |= set(said if isinstance(said, str) else "".join(said))
    return {letter for letter in shown if letter > FROM and letter.isprintable()}


@pytest.mark.parametrize("file", look.SHIPPED_FILES.values())
def test_the_letters_are_all_there(file: str) -> None:
    shown = _shown()
    assert len(shown) > 500
    assert sorted(shown - _has(file) - _has(look.SHIPPED_SIGNS)) == [], (
        "cut them anew: docs/writers/letters.py"
    )


def test_the_names_of_the_languages_have_a_file_of_their_own() -> None:
    names = {letter for letter in "".join(LANGUAGES.values()) if letter > LATIN}
    assert names <= _has(look.SHIPPED_NAMES)
    assert (look.FONTS / look.SHIPPED_NAMES).stat().st_size < 5000


def test_they_are_small_and_under_their_own_licence_and_name() -> None:
    files = sorted(look.FONTS.glob("*.[ot]tf"))
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 1_500_000
    licence = (look.FONTS / "OFL.txt").read_text(encoding="utf-8")
    for file in files:
        names = TTFont(file)["name"]
        assert names.getDebugName(0) in licence
        for place in (1, 4, 6, 16):
            assert names.getDebugName(place).startswith(look.SHIPPED)


_DRAWN = """
import hashlib, sys
import altair as alt
from cepasim.report import chart_parts, pictures
for title in sys.argv[1:]:
    rule = alt.layer(chart_parts.zero_line(alt.X("value:Q")))
    chart = chart_parts.finished(rule, title, 100, 50)
    print(hashlib.sha256(pictures.png(chart)).hexdigest())
"""


def test_a_picture_has_letters_on_a_machine_without_any(tmp_path: Path) -> None:
    """Characters that nobody has are drawn as the same box."""
    none = tmp_path / "none"
    none.mkdir()
    settings = f"<fontconfig><dir>{none}</dir></fontconfig>"
    (tmp_path / "fonts.conf").write_text(settings, encoding="utf-8")
    bare = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    command = [sys.executable, "-c", _DRAWN, "貿", "易", "₹", "\ue000"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=True)
    assert len(set(done.stdout.split())) == 4  # the last is in no font
