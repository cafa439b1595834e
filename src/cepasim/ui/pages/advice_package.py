"""Which package: an objective and limits in words, and the package that is best under them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

import cepasim
from cepasim.core.problems import InputError, RunError
from cepasim.ui.messages import listed, plain
from cepasim.ui.navigation import go
from cepasim.ui.pages import advice_bargain
from cepasim.ui.pages.advice_lines import workbook, year_box
from cepasim.ui.state import Session
from cepasim.ui.waiting import bar

if TYPE_CHECKING:
    from cepasim.studies.advice.package import Package

_KEPT = "cepasim-package"
_OBJECTIVES = {
    "balance": "Narrow India's deficit",
    "exports": "Raise India's exports",
    "joint_welfare": "Raise the welfare of both together",
}
_MEASURES = 10
_LEFT_OUT = 10
_CAVEAT = (
    "Central values: model choice below says how often the same package is best. "
    "Relief of barriers is assumed (grade D), the same share in "
    "every section, so that it outweighs duties: search without it too. Welfare and responses "
    "rest on elasticities that history does not confirm. Nothing here knows what the other side "
    "will accept."
)
_COLUMNS = {
    "balance_usd_mn": "Balance",
    "exports_usd_mn": "Exports of India",
    "imports_usd_mn": "Imports of India",
    "duty_japan_usd_mn": "Duty of Japan",
    "duty_india_usd_mn": "Duty of India",
    "welfare_japan_usd_mn": "Welfare of Japan",
    "welfare_india_usd_mn": "Welfare of India",
}


def draw(found: Session) -> None:
    """Draw what is asked, and the answer to it once it was looked for."""
    asked = _asked(found)
    st.caption(
        "Tried: duties and cost of proving origin (by half and in full) and relief of barriers "
        "(20 and 40 %) by both importers in each of the 21 sections, and a fund of US\\$ 1 or 2 bn."
    )
    key = (repr(asked), id(found.figures))
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != key:
        if not st.button("Find the package", type="primary", key="package-run"):
            st.caption("Some sixty runs and a search; takes 5 to 20 seconds.")
            return
        package = _search(found, asked)
        if package is None:
            return
        st.session_state[_KEPT] = (key, package)
        st.rerun()
    _answer(found, kept[1])


def _asked(found: Session) -> dict[str, Any]:
    """Draw the objective and the limits; return them as `cepasim.negotiate` takes them."""
    first, second, third = st.columns([1.4, 1, 1], vertical_alignment="bottom")
    with first:
        objective = st.selectbox(
            "Objective", list(_OBJECTIVES), format_func=_OBJECTIVES.__getitem__, key="package-aim"
        )
    with second:
        year = year_box(found, "package-year")
    with third:
        most = st.number_input("Measures at most", 1, 60, _MEASURES, key="package-most")
    left, middle, right, last = st.columns(4, vertical_alignment="bottom")
    none = "no limit"
    gains = left.number_input(
        "Each side gains at least, US\\$ mn of welfare",
        0.0,
        value=0.0,
        key="package-gains",
    )
    japan = middle.number_input(
        "Japan loses duty of at most, US\\$ mn",
        0.0,
        value=None,
        placeholder=none,
        key="package-jpn",
    )
    india = right.number_input(
        "India loses duty of at most, US\\$ mn",
        0.0,
        value=None,
        placeholder=none,
        key="package-ind",
    )
    out = last.text_input(
        "Products nobody touches (HS codes)", placeholder="1006, 0402", key="package-out"
    )
    barriers = st.checkbox("Relief of barriers among the measures", True, key="package-barriers")
    constraints: dict[str, Any] = {"most_measures": int(most), "each_side_gains_usd_mn": gains}
    duties = {"JPN": japan, "IND": india}
    losses = {side: loss for side, loss in duties.items() if loss is not None}
    if losses:
        constraints["revenue_loss_usd_mn"] = losses
    if codes := [code for code in re.split(r"[\s,;]+", out) if code]:
        constraints["exclude"] = codes
    return {
        "objective": objective,
        "year": year,
        "constraints": constraints,
        "barriers": barriers,
    }


def _search(found: Session, asked: dict[str, Any]) -> Package | None:
    """Look for the package; None, with a message, where there is none."""
    from cepasim.studies.advice.candidates import default_entries

    economy = found.figures.economy
    entries = None
    if not asked["barriers"]:
        entries = [one for one in default_entries(economy.by_chapter) if "ntb" not in one]
    with bar("Running the measures, and searching among them"):
        try:
            package = cepasim.negotiate(
                economy,
                entries,
                asked["objective"],
                asked["constraints"],
                year=asked["year"],
                name="Advised package",
            )
            _ = package.table, package.left_out  # worked out once, while the user waits anyway
            return package
        except InputError as wrong:
            st.warning(listed(wrong.problems))
        except RunError as failed:
            st.warning(plain(f"No such package: {failed}"))
    return None


def _answer(found: Session, package: Package) -> None:
    """Draw the package: in words, measure by measure, and what was left out."""
    grade = "Grade D, the worst of what it rests on." if package.rests_on else ""
    st.markdown(plain(package.sentence))
    st.caption(
        plain(
            f"The search expected {package.gap_percent:+.1f} % against the model when it first "
            f"found the package; every value shown is the model's. {grade} Kept to: "
            f"{'; '.join(row.text for row in package.terms.rows)}. "
            f"{_CAVEAT}"
        )
    )
    if not package.chosen:
        return
    if st.button("Open as scenario", type="primary", key="package-open"):
        found.load(package.scenario)
        found.year = package.year
        go("scenario")
    workbook(package.to_excel, "package.xlsx", "Workbook", key="package-file")
    st.markdown(
        f"**The package**, change against the reference in {package.year}, US\\$ mn of 2023-24"
    )
    config: dict[str, Any] = {
        "measure": st.column_config.TextColumn("Measure", width=330),
        "given_by": st.column_config.TextColumn("Given by", width=70),
    }
    config |= {
        column: st.column_config.NumberColumn(f"{name}, US$ mn", format="%+.1f")
        for column, name in _COLUMNS.items()
    }
    st.dataframe(
        package.table,
        key="package-table",
        hide_index=True,
        column_order=["measure", "given_by", *_COLUMNS],
        column_config=config,
        alt="Each measure of the package alone, together beyond the sum, and the package",
    )
    left = package.left_out
    others = left[~left["why"].str.startswith("in place of it")].head(_LEFT_OUT)
    with st.expander(f"Left out: {len(left)}, the {len(others)} nearest to getting in"):
        st.dataframe(
            others,
            key="package-left",
            hide_index=True,
            column_config={
                "measure": "Measure",
                "given_by": "Given by",
                "would_add_usd_mn": st.column_config.NumberColumn(
                    "Would add to the objective, US$ mn", format="%+.1f"
                ),
                "why": "Why not",
            },
            alt="Measures that are not in the package, and why",
        )
    advice_bargain.draw(found, package)
