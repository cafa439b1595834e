"""The Japanese letters that the package carries: a part of a gothic, under a name of its own.

``python -m docs.writers.letters NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc NotoSans-Regular.ttf``
writes the files of ``src/cepasim/report/fonts`` again, for instance after a translation has used a
character that they lack (a test says so). Debian has the three in ``fonts-noto-cjk`` and
``fonts-noto-core``, under ``/usr/share/fonts``; nothing is downloaded. It needs fontTools, of the
packages for development. The same files and texts give the same letters to the byte.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from cepasim.core.language import LANGUAGES
from cepasim.report import look

ROOT = Path(__file__).parents[2]

#: What is shown in Japanese, or can be: the texts of catalogues, of data and of the pages.
_READ = (("src/cepasim", (".po", ".py")), ("params", (".csv", ".yaml")), ("docs", (".md",)))
#: Rows of JIS X 0208: punctuation and symbols, digits and Latin letters, kana; kanji of level 1.
_ROWS = (*range(1, 6), *range(16, 48))
#: What people type besides: forms as wide as kanji and numbers in circles.
_BESIDES = (range(0x20, 0x7F), range(0xFF01, 0xFF5F), range(0xFFE0, 0xFFE7), range(0x2460, 0x2474))
#: Records of a font's names that stay: what is said of rights. What it is called is ours.
_RIGHTS = (0, 13, 14)


def wanted() -> set[str]:
    """Return every character that the letters should have."""
    found = {chr(place) for places in _BESIDES for place in places} | set("–—−¥•≤≥△▲→")
    found |= {letter for row in _ROWS for letter in _row(row)}
    for folder, endings in _READ:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in endings:
                found |= set(file.read_text(encoding="utf-8"))
    return {letter for letter in found if letter.isprintable() or letter == "\u3000"}


def _row(row: int) -> Iterator[str]:
    for cell in range(1, 95):
        try:
            yield bytes((0xA0 + row, 0xA0 + cell)).decode("euc_jp")
        except UnicodeDecodeError:
            continue


def cut(source: Path, letters: Iterable[str], family: str, weight: str, target: Path) -> None:
    """Write the part of a font that has the letters, under a name of its own.

    Parameters
    ----------
    source : Path
        Of a collection the first face is taken.
    letters : iterable of str
    family, weight : str
        Such as ``"cepasim-japanese"``, ``"Bold"``.
    target : Path
    """
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=["*"])
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "meta"]
    font = TTFont(source, fontNumber=0 if source.suffix == ".ttc" else -1, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(letters)))
    cutter.subset(font)
    _name(font, family, weight)
    font.save(target)


def _name(font: TTFont, family: str, weight: str) -> None:
    """Call it what it is: neither the maker nor the source is to be held for a part of theirs."""
    names = font["name"]
    kept = {place: names.getDebugName(place) for place in _RIGHTS}
    names.names = []
    whole, full = f"{family}-{weight}", f"{family} {weight}"
    called = {1: family, 2: weight, 3: whole, 4: full, 6: whole, 16: family, 17: weight}
    for place, text in (kept | called).items():
        names.setName(text, place, 3, 1, 0x409)
    if "CFF " not in font:
        return
    inside = font["CFF "].cff
    inside.fontNames[0] = whole
    inside[0].FullName, inside[0].FamilyName = full, family


def main(arguments: list[str] | None = None) -> int:
    """Write the letters from the two fonts given; returns the exit code."""
    given = [Path(each) for each in (sys.argv[1:] if arguments is None else arguments)]
    if len(given) != len(look.SHIPPED_FILES) + 1:
        print(__doc__)
        return 2
    *japanese, latin = given
    for source, (weight, file) in zip(japanese, look.SHIPPED_FILES.items(), strict=True):
        cut(source, wanted(), look.SHIPPED, weight, look.FONTS / file)
    names = {letter for name in LANGUAGES.values() for letter in name if letter > "\u2fff"}
    # A family of its own: pictures take letters from any file of the folder.
    cut(given[0], names, f"{look.SHIPPED}-names", "Regular", look.FONTS / look.SHIPPED_NAMES)
    cut(latin, look.SIGNS, f"{look.SHIPPED}-signs", "Regular", look.FONTS / look.SHIPPED_SIGNS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
