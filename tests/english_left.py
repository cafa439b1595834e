"""What is left in English in a text of another language."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Words of Latin letters that follow each other, with at most light punctuation between them.
_RUN = re.compile(r"[A-Za-z][\w'’]*(?:[ ,;:.()/“”\"-]+[A-Za-z][\w'’]*)+", re.ASCII)
_WORD = re.compile(r"[A-Za-z'’]+")
_MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)


def english_left(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return runs of two or more English words that a text in another language still has.

    A word is English if three of its letters are small: codes (``HS``, ``MFN``, ``US$``) and names
    of columns (``usd_mn``) are none.

    Parameters
    ----------
    text : str
        As a reader sees it; marks of HTML are left out.
    allowed : iterable of str
        What may stay: names of sources, commands, official descriptions.
    """
    text = _MARKUP.sub("\n", text)
    for one in sorted(allowed, key=len, reverse=True):
        text = text.replace(one, "\n")
    return [run for line in text.splitlines() for run in _RUN.findall(line) if _english(run)]


def _english(run: str) -> bool:
    words = [word for word in _WORD.findall(run) if sum(c.islower() for c in word) >= 3]
    return len(words) >= 2
