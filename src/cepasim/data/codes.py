"""HS codes of any vintage as codes of HS 2022, so that sums stay what they were."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cepasim.core.language import deferred
from cepasim.data.work import first_few
from cepasim.params.parameters import Parameters
from cepasim.products.levels import at_level, chapter_of
from cepasim.products.nomenclature import Nomenclature, nomenclature

#: What portals write for goods that are not specified by kind.
_NOT_SPECIFIED = ("00", "9999")
_UNSPECIFIED_CHAPTER = "99"
_SHOWN = 5


@dataclass(frozen=True)
class Mapped:
    """Codes of HS 2022 in place of those of a file.

    Attributes
    ----------
    codes : mapping of str to tuple of str
        Code of the file to codes of HS 2022: mostly itself; the parts it became share equally.
    notes : tuple of str
    wrong : tuple of str
        What is in no vintage, not even by its chapter.
    """

    codes: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]
    wrong: tuple[str, ...]


def hs_2022(parameters: Parameters) -> Nomenclature:
    """Nomenclature of the parameters."""
    older = parameters.table("classification/vintages")
    return nomenclature(
        list(parameters.table("classification/chapters")["hs"]),
        list(parameters.table("classification/hs6")["hs6"]),
        [
            {"code": str(row.code), "vintage": str(row.vintage), "hs": str(row.hs)}
            for row in older.itertuples(index=False)
        ],
    )


def mapped(codes: Sequence[str], products: Nomenclature) -> Mapped:
    """Map the codes of a file to HS 2022.

    A code of an older vintage becomes what it became; where it became several, their common
    group keeps the value, and where they share none it is divided equally. A code of no vintage
    known here stays with its heading, or its chapter.

    Parameters
    ----------
    codes : sequence of str
    products : Nomenclature
    """
    found: dict[str, tuple[str, ...]] = {}
    older: list[str] = []
    divided: list[str] = []
    broader: list[str] = []
    unspecified: list[str] = []
    wrong: list[str] = []
    for code in sorted(set(codes)):
        if code.startswith(_NOT_SPECIFIED):
            found[code] = (_UNSPECIFIED_CHAPTER,)
            unspecified += [code]
            continue
        chapter = chapter_of(code)
        product = at_level(code, "subheading")
        if not code.isdigit() or chapter not in products.by_chapter:
            wrong.append(code)
        elif products.below(product) or chapter == product:
            found[code] = (code,)
        elif products.by_chapter[chapter] == {chapter}:
            found[code] = (chapter,)  # national codes only
        elif product in products.older:
            became = products.older[product]
            common = os.path.commonprefix(list(became))
            common = common[: len(common) - len(common) % 2]
            found[code] = became if len(became) == 1 or len(common) < 2 else (common,)
            older.append(code)
            divided += [code] if len(found[code]) > 1 else []
        else:
            heading = at_level(code, "heading")
            found[code] = (heading if heading in products.by_heading else chapter,)
            broader.append(code)
    return Mapped(found, tuple(_notes(older, divided, broader, unspecified)), tuple(wrong))


def _notes(
    older: Sequence[str], divided: Sequence[str], broader: Sequence[str], unspecified: Sequence[str]
) -> Iterator[str]:
    """Say which codes became what, in sentences that `now` says."""
    if older:
        yield deferred(
            "Codes of an older vintage are read as what they became in HS 2022: {codes}",
            codes=first_few(older, _SHOWN),
        )
    if divided:
        yield deferred(
            "Codes became products of several chapters and are divided equally among them: {codes}",
            codes=first_few(divided, _SHOWN),
        )
    if broader:
        yield deferred(
            "Codes are in no vintage known here and stay with their heading or chapter: {codes}",
            codes=first_few(broader, _SHOWN),
        )
    if unspecified:
        yield deferred(
            "Codes are goods not specified by kind, chapter 99: {codes}",
            codes=first_few(unspecified, _SHOWN),
        )


def in_2022(frame: pd.DataFrame, codes: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Trade by codes of HS 2022; the sum does not change.

    Parameters
    ----------
    frame : DataFrame
        With ``hs`` and ``usd_mn``.
    codes : mapping of str to tuple of str
    """
    # Of a frame without rows `map` knows no type, and pandas 3.0.0 then has no `str` for it.
    targets = [codes[hs] for hs in frame["hs"]]
    moved = frame.assign(
        hs=pd.Series(targets, frame.index, dtype=object),
        usd_mn=frame["usd_mn"] / np.array([len(parts) for parts in targets], dtype=float),
    )
    return moved.explode("hs", ignore_index=True)
