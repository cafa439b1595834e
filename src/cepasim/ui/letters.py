"""Japanese letters for a browser whose machine has none, from the server itself.

Streamlit's own widgets, its tables and its charts are told the family by the theme; the page says
what it is. A browser looks for a font of the machine first, and asks for ours only where a
character of these ranges is shown and there is none: a page in English knows three characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from streamlit.components.v1 import declare_component

from cepasim.core.language import LANGUAGES, current_language
from cepasim.report import look

#: What a page in Japanese draws with it: kana, kanji, and the forms as wide as those.
_RANGES = "U+203B,U+2460-2473,U+3000-30FF,U+4E00-9FFF,U+FF00-FFEF"
#: Full names of the machine's own fonts: of Windows, macOS, Debian and Android.
_OWN = {
    "Regular": (
        *("Yu Gothic Medium", "Yu Gothic Regular", "YuGothic-Medium", "Hiragino Sans W3"),
        *("HiraginoSans-W3", "Noto Sans CJK JP", "Noto Sans CJK JP Regular", "Noto Sans JP"),
        *("IPAexGothic", "IPAGothic", "Meiryo"),
    ),
    "Bold": (
        *("Yu Gothic Bold", "YuGothic-Bold", "Hiragino Sans W6", "HiraginoSans-W6"),
        *("Noto Sans CJK JP Bold", "Noto Sans JP Bold", "Meiryo Bold"),
    ),
}
_WEIGHTS = {"Regular": 400, "Bold": 700}


def faces() -> str:
    """Return the rules of the family for a page in the current language."""
    return "".join(_rules(current_language()))


@cache
def _address() -> str:
    """Where the server has the files: what belongs to a component is served under its name."""
    served = declare_component("letters", path=str(look.FONTS))
    return f"component/{served.name}"


def _rules(tag: str) -> Iterator[str]:
    if tag == "ja":
        for weight, file in look.SHIPPED_FILES.items():
            yield _rule(weight, file, _RANGES)
    else:
        names = sorted({f"U+{ord(c):X}" for c in "".join(LANGUAGES.values()) if c > "\u2fff"})
        yield _rule("Regular", look.SHIPPED_NAMES, ",".join(names))


def _rule(weight: str, file: str, ranges: str) -> str:
    own = ",".join(f'local("{name}")' for name in _OWN[weight])
    return (
        f'@font-face {{font-family:"{look.SHIPPED}"; font-weight:{_WEIGHTS[weight]}; '
        f'src:{own},url("{_address()}/{file}") format("opentype"); unicode-range:{ranges};}}\n'
    )
