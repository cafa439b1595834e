"""What the site adds to the pages of ``docs/``: pages and tables that live elsewhere.

MkDocs calls these hooks (``mkdocs.yml``). Notebooks become pages with their outputs, run at the
time of building; CONTRIBUTING and CHANGELOG become pages; the tables of ``params/`` are copied, so
that a link from a parameter to its table works. Links are written for the repository and are moved
to where the site has the page.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

from notebooks.run import executed

ROOT = Path(__file__).resolve().parents[2]
#: `stored` shows notebooks as they are in the repository; a quick look at the pages.
NOTEBOOKS = "SITE_NOTEBOOKS"
_PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "validation/differences_explained.md")
_COPIED = ("params", "CITATION.cff")
_LINK = re.compile(r"(?<=\]\()(?!https?:|#|mailto:)([^)\s]+)")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
# A formula opens with a dollar that no word runs into: "US$ 2 bn" is money.
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\w$\\])\$(?=\S)([^$]+?)(?<=\S)\$(?![\w$])")


def on_files(files: Files, config: Any) -> Files:
    """Add notebooks, the pages at the root and the tables."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page = f"notebooks/{file.stem}.md"
        files.append(File.generated(config, page, content=notebook_page(file)))
    for name in _PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text))
    for name in _COPIED:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                uri = path.relative_to(ROOT).as_posix()
                files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Point links at what the repository has elsewhere; formulas become MathML.

    Browsers show MathML themselves, so that the site loads no script from elsewhere.
    """
    here = page.file.src_uri
    outside = here.startswith("notebooks/") or here in _PAGES
    folder = posixpath.dirname(here if outside else f"docs/{here}")
    parts = _CODE.split(markdown)
    for place in range(0, len(parts), 2):
        parts[place] = _LINK.sub(
            lambda found: moved(found.group(1), folder, posixpath.dirname(here), files),
            parts[place],
        )
        parts[place] = _DISPLAY.sub(
            lambda found: convert(found.group(1).strip(), display="block"), parts[place]
        )
        # In a span: at the beginning of a line Markdown takes <math> for a block.
        parts[place] = _INLINE.sub(
            lambda found: f"<span>{convert(found.group(1))}</span>", parts[place]
        )
    return "".join(parts)


def moved(target: str, folder: str, from_folder: str, files: Files) -> str:
    """Return a link of the repository as the site needs it.

    Parameters
    ----------
    target : str
        The link as written, with or without an anchor.
    folder, from_folder : str
        Folder of the page in the repository, and in the site.
    files : Files
        What the site has. A folder of tables becomes the page of parameters; what the site does
        not have stays as written, and building with ``--strict`` reports it.
    """
    path, _, anchor = target.partition("#")
    whole = posixpath.normpath(posixpath.join(folder, path))
    place = whole.removeprefix("docs/")
    if place.endswith(".ipynb"):
        place = place.removesuffix(".ipynb") + ".md"
    if (ROOT / whole).is_dir():
        place = "validation.md" if whole == "validation" else "parameters.md"
    if files.get_file_from_path(place) is None:
        return target
    link = posixpath.relpath(place, from_folder or ".")
    return f"{link}#{anchor}" if anchor else link


def notebook_page(file: Path) -> str:
    """Return a notebook as Markdown, run unless the environment says ``stored``."""
    stored = os.environ.get(NOTEBOOKS) == "stored"
    notebook = nbformat.read(file, as_version=4) if stored else executed(file)
    text, _ = MarkdownExporter().from_notebook_node(notebook)
    return str(text)
