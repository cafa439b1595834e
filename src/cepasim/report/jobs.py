"""Jobs that trade supports, in words: what stands beside the number is part of it."""

from __future__ import annotations

from cepasim.core import numbers as figures
from cepasim.tables.result_tables import ResultTables

_CAUSES = {
    "exports": "with extra exports to Japan",
    "imports": "with sales at home, as imports from Japan displace more or fewer",
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
        parts.append(f"{figures.count(row['jobs'])} ({low} to {high}) {_CAUSES[row['cause']]}")
    return (
        f"Jobs supported in India in {year}, gross and not created: {'; '.join(parts)}. They are "
        "sales times an average ratio of jobs to dollars, assumed from figures of 2012-13 (grade "
        "D); the range is the ratio's alone, and nobody is said to be without work otherwise."
    )
