"""A language is a folder of catalogues and nothing else: Hindi, every letter of every text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.writers import catalogues

#: What a translator leaves as it is: values, forms of numbers, code, addresses and other marks.
_KEPT = re.compile(
    r"(\{[^{}]*\}|%[-+.\d]*[a-z%]|`[^`]*`|\]\([^)]*\)|<[^>]+>|:material/\w+:|https?://\S+"
    r"|--[\w-]+|US\\?\$)"
)
_LETTERS = str.maketrans(
    {
        **dict(zip("abcdefghijklmnopqrstuvwxyz", "अबचदएफगहइजकलमनओपखरसतउवटठयड", strict=True)),
        **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "आभछधऐफघहईझखळमणऔफखऋशथऊवटढयढ", strict=True)),
    }
)
#: As a translator has them: what follows is looked for.
_HINDI = {
    "Scenario": "परिदृश्य",
    "Language": "भाषा",
    "US$ {number} mn": "{number} मिलियन डॉलर",
    "₹ {number} crore": "{number} करोड़ रुपये",
}


def in_hindi(text: str) -> str:
    """Translate a text, in a way: by its letters."""
    parts = _KEPT.split(text)
    parts[::2] = [part.translate(_LETTERS) for part in parts[::2]]
    return _HINDI.get(text, "".join(parts))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the catalogues of Hindi, begun and filled as the documentation says."""
    made = tmp_path_factory.mktemp("catalogues")
    assert len(list(catalogues.write("hi", made))) > 3000
    for file in (made / "hi").glob("*.po"):
        texts = catalogues.read(file, "hi")
        for message in texts:
            one = message.id
            if one:
                several = isinstance(one, tuple)
                message.string = tuple(map(in_hindi, one)) if several else in_hindi(one)
        catalogues.save(texts, file)
    assert list(catalogues.write("hi", made)) == []
    return made


def _run(folder: Path, work: str, *given: str) -> None:
    """Run a program that has the catalogues: where they are is read once."""
    done = subprocess.run(
        [sys.executable, "-c", work, *given],
        cwd=catalogues.ROOT,
        env=os.environ
        | {
            "CEPASIM_CATALOGUES": str(folder),
            "PYTHONPATH": os.pathsep.join(map(str, (catalogues.PACKAGE.parent, catalogues.ROOT))),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


_WORDS = """
from cepasim.core.currency import Currency, shown_in
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import LANGUAGES, language, ntr, separated, tr
from cepasim.core.numbers import count, mn, money, value

assert dict(LANGUAGES) == {"en": "English", "hi": "हिन्दी", "ja": "日本語"}
with language("hi"):
    assert tr("Scenario") == "परिदृश्य"
    assert separated(["क", "ख"]) == "क, ख" and year_in_words("2030-31") == "2030-31"
    # The plural of Hindi begins at two, and digits are grouped by two before the last three.
    said = [ntr("{n} measure", "{n} measures", n) for n in (0, 1, 2)]
    assert said[0][1:] == said[1][1:] and said[1][1:] != said[2][1:], said
    assert (money(34.0), mn(-102650.0)) == ("34 मिलियन डॉलर", "−1,02,650 मिलियन डॉलर")
    assert (value(123456.0), count(123456.0)) == ("1,23,456", "+1,20,000")
    with shown_in(Currency("INR", 82.8, "2023-24")):
        assert mn(34000.0) == "2,81,520 करोड़ रुपये"
assert mn(102650.0) == "US$ 102,650 mn"
"""


@pytest.mark.slow(seconds=3)
def test_words_plurals_and_numbers_follow_the_catalogue(folder: Path) -> None:
    _run(folder, _WORDS)


_SHOWN = """
import json
import re
import sys
import zipfile
from pathlib import Path

from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner
import cepasim
from cepasim.cli.commands import app as program
from tests.english_left import english_left

# Names of files and programs, and what Streamlit's page is given to do by itself.
ALLOWED = ("docs/uncertainty.md", "cepasim montecarlo")


def untranslated(texts):
    return [left for text in texts if (left := english_left(text, ALLOWED))]


done = CliRunner().invoke(program, ["run", "ntb-relief", "--language", "hi"])
assert done.exit_code == 0, done.output
assert (left := english_left(done.output, ALLOWED)) == [], left

result = cepasim.simulate(cepasim.load(), cepasim.Scenario.bundled("ntb-relief"))
folder = Path(sys.argv[1])
with cepasim.language("hi"):
    assert (left := untranslated([result.headline("2030-31"), *result.notes])) == [], left
    result.brief(folder / "note.html", "2030-31")
    result.brief(folder / "note.docx", "2030-31")
    result.to_excel(folder / "result.xlsx")
note = (folder / "note.html").read_text(encoding="utf-8")
assert '<html lang="hi">' in note and (left := english_left(note, ALLOWED)) == [], left
with zipfile.ZipFile(folder / "note.docx") as word:
    assert 'w:bidi="hi-IN"' in word.read("word/styles.xml").decode()

app = AppTest.from_string("from cepasim.ui.main import main; main()", default_timeout=120)
app.query_params["scenario"], app.query_params["lang"] = "ntb-relief", "hi"
app.session_state["in-words"] = True
app.run()
assert not app.exception and not app.error, app
texts = [str(one.value) for kind in ("markdown", "caption", "info") for one in app.get(kind)]
for kind in ("selectbox", "slider", "text_input", "button", "checkbox", "toggle", "expander"):
    texts += [str(one.label) for one in app.get(kind)]
for table in app.dataframe:
    texts += [str(one.get("label")) for one in json.loads(table.proto.columns or "{}").values()]
html = " ".join(str(one.proto.body) for one in app.get("html"))
texts.append(re.sub("<style>.*?</style>", "", html, flags=re.S))
assert len(texts) > 50 and (left := untranslated(texts)) == [], left
assert '"language": "hi"' in html
[switch] = [one for one in app.selectbox if one.key == "language-switch"]
assert switch.options == ["English", "हिन्दी", "日本語"] and "भाषा" in switch.label, switch
"""


@pytest.mark.slow(seconds=10)
def test_page_note_and_terminal_have_no_other_language(folder: Path, tmp_path: Path) -> None:
    _run(folder, _SHOWN, str(tmp_path))
