"""What a file says of its unit, countries and flow, and what the user says where it is silent."""

from __future__ import annotations

import pandas as pd

from cepasim.data import money
from cepasim.data.countries import REST
from cepasim.data.layout import Taken
from cepasim.data.work import Work, shown


def settle_unit(work: Work, taken: Taken) -> None:
    """Take the unit the file says, or the one the user says where the file is silent."""
    asked = work.hints.unit
    known = ", ".join(money.UNITS)
    if asked is not None and asked not in money.UNITS:
        work.refuse("unit", asked, f"one of {known}")
    elif asked and taken.unit and asked != taken.unit:
        words = f"{taken.unit}, as the file says ({taken.unit_from})"
        work.refuse("unit", asked, words)
    elif not asked and not taken.unit:
        work.refuse("unit", None, f"the unit of the amounts, which the file does not say: {known}")
    work.unit = taken.unit or asked or ""


def stated(work: Work, rows: pd.DataFrame) -> pd.DataFrame:
    """Reporter, partner and direction: ISO codes, from the file or else from the user."""
    rows = rows.copy()
    for column, said in (("reporter", work.hints.reporter), ("partner", work.hints.partner)):
        texts = rows[column].astype(str).str.strip()
        found = {text: work.countries.find(text, *work.layout.systems) for text in texts.unique()}
        if said is not None:
            iso = work.countries.find(said)
            if iso is None:
                work.refuse(column, said, "an ISO code of a country, such as JPN")
            wrong = [text for text in texts.unique() if text and found[text] not in (iso, None)]
            if wrong and iso and column == "reporter":
                work.refuse(column, said, f"{shown(wrong)}, as the file says")
            if iso and column == "partner":
                other = (texts != "") & (texts.map(found) != iso)
                work.leave("another partner than the one asked for", rows[other])
                rows, texts = rows[~other], texts[~other]
            found = {text: found[text] or iso for text in found}
        unknown = [text for text in texts.unique() if text and not found[text]]
        if (texts == "").any() and not found.get(""):
            words = f"the {column}, which the file does not say: give an ISO code such as JPN"
            work.refuse(column, None, words)
        if unknown and (column == "reporter" or len(unknown) == texts.nunique()):
            work.refuse(column, shown(unknown), "a country known by code or name")
        elif unknown:
            words = f"Not known as countries and counted to the rest of the world: {shown(unknown)}"
            work.notes.append(words)
        rows[column] = [found[text] or REST for text in texts]
    if (rows["direction"] == "").any():
        if work.hints.flow in ("export", "import"):
            rows.loc[rows["direction"] == "", "direction"] = work.hints.flow
        else:
            words = "export or import, seen from the reporter: the file does not say"
            work.refuse("flow", work.hints.flow, words)
    elif work.hints.flow and len(rows) and set(rows["direction"]) == {_other(work.hints.flow)}:
        words = f"{_other(work.hints.flow)}, as the file says"
        work.refuse("flow", work.hints.flow, words)
    elif work.hints.flow:
        other = rows["direction"] != work.hints.flow
        work.leave("another flow than the one asked for", rows[other])
        rows = rows[~other]
    return rows


def _other(flow: str) -> str:
    return "import" if flow == "export" else "export"
