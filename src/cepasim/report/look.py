"""Colours of pages, notes and charts.

They are told apart by people who see no red or no green, and have at least 4.5:1 contrast on
white; nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

INK = "#1B1F24"
MUTED = "#57606A"
PAPER = "#FFFFFF"
PANEL = "#F4F6F8"
LINE = "#D0D7DE"
SCENARIO = "#0B5CAD"
REFERENCE = "#636C76"
ASSUMED = "#8A4F00"
HISTORY = "#1B1F24"
GAIN = "#0B5CAD"
LOSS = "#A63C00"
#: Between the stripes of a loss, which is hatched.
LOSS_LIGHT = "#C9672F"
#: Lines of up to four scenarios, with a dash pattern each.
SERIES = ("#0B5CAD", "#A63C00", "#00695C", "#7B2D8B")
DASHES = ((1, 0), (8, 3), (3, 3), (10, 3, 2, 3))

#: Faces with Japanese letters: of Windows, macOS, Debian (fonts-noto-cjk, fonts-ipaexfont-gothic).
JAPANESE = ("Yu Gothic", "Hiragino Sans", "Noto Sans CJK JP", "IPAexGothic", "IPAGothic", "Meiryo")

#: The Japanese letters that come with the program, for machines that have none: the family, where
#: it is, the files by weight, the file with no more than the names of the languages, and that of
#: signs which fonts of Japanese lack: pictures take them from any file of the folder.
SHIPPED = "cepasim-japanese"
FONTS = Path(__file__).with_name("fonts")
SHIPPED_FILES: Mapping[str, str] = MappingProxyType(
    {"Regular": f"{SHIPPED}-regular.otf", "Bold": f"{SHIPPED}-bold.otf"}
)
SHIPPED_NAMES = f"{SHIPPED}-names.otf"
SIGNS, SHIPPED_SIGNS = "₹", f"{SHIPPED}-signs.ttf"

#: Names under which style sheets know the colours: ``var(--ink)``.
IN_STYLE_SHEETS: Mapping[str, str] = MappingProxyType(
    {
        "ink": INK,
        "muted": MUTED,
        "panel": PANEL,
        "line": LINE,
        "scenario": SCENARIO,
        "gain": GAIN,
        "loss": LOSS,
        "loss-light": LOSS_LIGHT,
    }
)


def as_css() -> str:
    """Return the colours as a rule that style sheets refer to, and the letters of languages."""
    named = " ".join(f"--{name}:{colour};" for name, colour in IN_STYLE_SHEETS.items())
    # Where there is none of them, Latin letters are those that Streamlit brings.
    japanese = ",".join(f'"{face}"' for face in (*JAPANESE, SHIPPED, "Source Sans"))
    letters = f"html[lang=ja] body {{font-family:{japanese},sans-serif;}}"
    # Japanese has no spaces: lines break between phrases where the browser knows them.
    phrases = "html[lang=ja] :not(pre, pre *) {word-break:auto-phrase; line-break:strict;}"
    return f":root {{{named}}}\n{letters}\n{phrases}\n"
