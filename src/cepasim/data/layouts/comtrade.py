"""UN Comtrade: what it gives since 2023, what it gave before, and its machine headings."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from cepasim.core.language import mark, tr
from cepasim.core.problems import Problem
from cepasim.data.cells import code, rounding
from cepasim.data.layout import ROW_COLUMNS, TOTAL_OF_MORE, Hints, Layout, Taken
from cepasim.data.layouts.columns import columns, find_headings, numbers
from cepasim.data.rows import ONE_THING, added_up
from cepasim.data.sheet import Sheet

_NAMES: Final = {
    "period": ("period", "refyear", "year", "yr"),
    "reporter_iso": ("reporteriso", "rt3iso"),
    "reporter_code": ("reportercode", "rtcode"),
    "reporter_name": ("reporterdesc", "reporter", "rttitle"),
    "partner_iso": ("partneriso", "pt3iso"),
    "partner_code": ("partnercode", "ptcode"),
    "partner_name": ("partnerdesc", "partner", "pttitle"),
    "flow": ("flowcode", "tradeflow", "rgdesc", "rgcode", "flowdesc"),
    "hs": ("cmdcode", "commoditycode"),
    "level": ("aggrlevel", "aggregatelevel"),
    "value": ("primaryvalue", "tradevalueus$", "tradevalue"),
    "cif": ("cifvalue", "ciftradevalueus$"),
    "fob": ("fobvalue", "fobtradevalueus$"),
    "classification": ("classificationcode", "classification", "pfcode"),
    "kind": ("typecode",),
    "customs": ("customscode", "customsproccode", "cstcode"),
    "transport": ("motcode", "modeoftransportcode"),
    "supply": ("moscode",),
    "second": ("partner2code", "2ndpartnercode", "ptcode2"),
}
#: Each way a row may be broken out, and how its total is written.
_BROKEN_OUT: Final = {
    "customs": ("", "C00", "0"),
    "transport": ("", "0"),
    "supply": ("", "0"),
    "second": ("", "0", "W00"),
}
_DIRECTIONS: Final = {
    "m": "import", "import": "import", "imports": "import", "1": "import",
    "x": "export", "export": "export", "exports": "export", "2": "export",
}  # fmt: skip
#: Parts of a flow that the file holds whole.
_PART_OF: Final = (
    "rx", "re-export", "3", "re-exports", "rm", "re-import", "4", "re-imports",
    "dx", "fm", "mip", "mop", "xip", "xop",
)  # fmt: skip
_VINTAGES: Final = {
    "H0": "HS 1992", "H1": "HS 1996", "H2": "HS 2002", "H3": "HS 2007", "H4": "HS 2012",
    "H5": "HS 2017", "H6": "HS 2022", "HS": mark("HS as reported"),
}  # fmt: skip
_TOTALS: Final = ("TOTAL", "AG0", "ALL")


def _take(sheet: Sheet, place: int, hints: Hints) -> Taken:
    """Rows of a Comtrade file."""
    table, problems = columns(sheet, place, _NAMES)
    values, wrong = numbers(sheet, table, "value", "trade value")
    problems += wrong
    problems += _other_things(sheet, table)
    for side in ("reporter", "partner"):
        table[side] = table[f"{side}_iso"].where(_is_iso(table[f"{side}_iso"]), "")
        for other in (f"{side}_code", f"{side}_name"):
            table[side] = table[side].where(table[side] != "", table[other])
    flows = table["flow"].str.lower()
    table["direction"] = flows.map(_DIRECTIONS).fillna("")
    table["hs"] = [
        _code(cell, level) for cell, level in zip(table["hs"], table["level"], strict=True)
    ]
    table["valuation"] = _valuation(sheet, table, values)
    table["value"] = values
    part_of = flows.isin(list(_PART_OF))
    left = [
        (mark("re-exports and other parts of a flow that is in the file whole"), table[part_of])
    ]
    unknown = (table["direction"] == "") & ~part_of & (flows != "")
    if unknown.any():
        first = table[unknown].iloc[0]
        allowed = tr("M, X, Import or Export")
        problems.append(Problem(sheet.file, int(first["line"]), "flow", first["flow"], allowed))
    table = table[~part_of & ~unknown]
    table, broken, mixed = _not_broken_out(sheet, table)
    left.append((mark("broken out by customs procedure, transport or second partner"), broken))
    total = table["hs"].isin(_TOTALS)
    vintages = sorted({_VINTAGES.get(one, one) for one in table["classification"] if one})
    keep = [*ROW_COLUMNS, "valuation"]
    return Taken(
        rows=table.loc[~total, keep],
        totals=table.loc[total, keep].assign(of=TOTAL_OF_MORE),
        rounding=rounding(table["value"].astype(str)) if not (values % 1).any() else 1.0,
        unit="US$",
        unit_from=mark("as Comtrade counts"),
        nomenclature=", ".join(vintages) or mark("HS, vintage not stated"),
        left_out=tuple((reason, part) for reason, part in left if len(part)),
        problems=(*problems, *mixed),
    )


def _is_iso(texts: pd.Series) -> pd.Series:
    return texts.str.fullmatch(r"[A-Za-z_0-9]{2,3}") & ~texts.str.upper().isin(["N/A", "NA"])


def _code(cell: str, level: str) -> str:
    """Code of a row; the level says how many digits it has had before a spreadsheet cut it."""
    written = cell.strip("'\" ").upper()
    if written in _TOTALS or level == "0":
        return "TOTAL"
    if written.startswith("9999"):
        return re.sub(r"\D", "9", written)  # 9999AA: not specified by kind
    return code(cell, int(level) if level in ("2", "4", "6") else None)


def _other_things(sheet: Sheet, table: pd.DataFrame) -> list[Problem]:
    """Services, and goods by another classification than the Harmonized System."""
    problems = []
    services = table[table["kind"].str.upper() == "S"]
    if len(services):
        line = int(services["line"].iloc[0])
        problems.append(Problem(sheet.file, line, "typeCode", "S", tr("C, trade in goods")))
    codes = table["classification"].str.upper()
    other = table[(codes != "") & ~codes.isin(list(_VINTAGES)) & ~codes.str.startswith("HS")]
    if len(other):
        words = tr("the Harmonized System: HS, or H0 to H6")
        line, value = int(other["line"].iloc[0]), other["classification"].iloc[0]
        problems.append(Problem(sheet.file, line, "classification", value, words))
    return problems


def _valuation(sheet: Sheet, table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Which of the two valuations the value is; blank where the file does not say."""
    result = pd.Series("", index=table.index)
    for name in ("fob", "cif"):
        other, _ = numbers(sheet, table, name, name)
        result = result.mask(other.notna() & (other > 0) & (other == values), name)
    return result


def _not_broken_out(
    sheet: Sheet, table: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Rows without those that break another one out; what is broken out only once is added up."""
    whole = pd.DataFrame(
        {name: table[name].str.upper().isin(total) for name, total in _BROKEN_OUT.items()}
    )
    broken = ~whole.all(axis=1)
    if not broken.any():
        return table, table[broken], []
    keys = list(ONE_THING)
    total_there = (~broken).groupby([table[key] for key in keys]).transform("any")
    left, alone = table[broken & total_there], broken & ~total_there
    if not alone.any():
        return table[~broken], left, []
    rows = table[alone]
    ways = whole[alone].astype(str).agg("".join, axis=1)
    several = ways.groupby([rows[key] for key in keys]).transform("nunique") > 1
    problems = []
    if several.any():
        first = rows[several].iloc[0]
        words = tr(
            "rows with their total, or broken out in one way only: sums would count them twice"
        )
        problems.append(Problem(sheet.file, int(first["line"]), "code", first["hs"], words))
    return pd.concat([table[~broken], added_up(rows)], ignore_index=True), left, problems


def _since_2023(sheet: Sheet) -> int | None:
    reporter = ("reportercode", "reporteriso", "reporterdesc")
    return find_headings(sheet, ("primaryvalue",), ("cmdcode",), reporter)


def _before_2023(sheet: Sheet) -> int | None:
    value, goods = ("tradevalueus$", "tradevalue"), ("commoditycode", "cmdcode")
    return find_headings(sheet, value, goods, ("tradeflow", "rgdesc", "rgcode", "tradeflowcode"))


SINCE_2023: Final = Layout(
    name=mark("UN Comtrade (since 2023)"),
    kind="trade",
    systems=("comtrade",),
    columns=mark("reporterISO, partnerISO, flowCode, cmdCode, refYear or period, primaryValue"),
    heading=_since_2023,
    take=_take,
)
BEFORE_2023: Final = Layout(
    name=mark("UN Comtrade (before 2023)"),
    kind="trade",
    systems=("comtrade",),
    columns="Year, Trade Flow, Reporter, Partner, Commodity Code, Trade Value (US$)",
    heading=_before_2023,
    take=_take,
)
