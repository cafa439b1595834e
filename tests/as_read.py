"""A page as it is read: without what keeps words, years and ranges in one line."""

from __future__ import annotations

import re
from pathlib import Path

_WHOLE = re.compile(r'<span class="cs-whole">(.*?)</span>')


def as_read(page: Path | str) -> str:
    """Return a page of HTML, or that of a file, with plain spaces and whole years and ranges."""
    text = page.read_text(encoding="utf-8") if isinstance(page, Path) else page
    return _WHOLE.sub(r"\1", text).replace("\u00a0", " ")
