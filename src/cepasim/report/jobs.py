"""Jobs that trade supports, in words: what stands beside the number is part of it."""

from __future__ import annotations

from cepasim.core import numbers as figures
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, tr
from cepasim.tables.result_tables import ResultTables

_CAUSES = {
    "exports": mark("{jobs} ({low} to {high}) with extra exports to Japan"),
    "imports": mark(
        "{jobs} ({low} to {high}) with sales at home, where imports from Japan displace more or"
        " less"
    ),
}


def jobs_in_words(result: ResultTables, year: str) -> str:
    """Say how many jobs go with the changes of a year; nothing where no sales change.

    Parameters
    ----------
    result : ResultTables
    year : str
    """
    rows = result.jobs
    # Sales that would be written as nothing are worth no sentence.
    written = rows["sales_usd_mn"].map(figures.millions) != figures.millions(0.0)
    rows = rows[(rows["fiscal_year"] == year) & written]
    if rows.empty:
        return ""
    parts = []
    for row in rows.to_dict("records"):
        ends = sorted((row["jobs_low"], row["jobs_high"]), key=abs)
        low, high = (figures.count(end) for end in ends)
        said = tr(_CAUSES[row["cause"]], jobs=figures.count(row["jobs"]), low=low, high=high)
        parts.append(said)
    return tr(
        "Jobs supported in India in {year} by the change in sales: {jobs}. The count is gross: "
        "supported and not created, since those who hold these jobs may otherwise work "
        "elsewhere. Sales are multiplied by an average ratio of jobs to dollars, assumed from "
        "data of 2012-13 (grade D); the range is that of the ratio alone.",
        year=year_in_words(year),
        jobs=tr("; ").join(parts),
    )
