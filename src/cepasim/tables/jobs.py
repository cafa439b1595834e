"""Jobs in India that trade supports: gross, by extra exports and by what imports displace.

An average ratio of jobs to dollars times a change of sales. It says how many jobs go with that
production; it does not say that anybody would be without work otherwise, so none is "created".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cepasim.core.arrays import Floats
from cepasim.core.countries import INDIA
from cepasim.core.language import mark
from cepasim.economy.economy import Economy
from cepasim.solution.state import Run
from cepasim.tables.displacement import taken_from

#: The parameter: jobs per US$ million of sales, by chapter where a user's rows say so.
PARAMETER = "jobs_per_usd_mn"
#: What supports jobs, and what it is called.
JOBS_BY = {
    "exports": mark("extra exports to Japan"),
    "imports": mark("sales at home that imports from Japan displace"),
}


def jobs(run: Run) -> pd.DataFrame:
    """Jobs supported in India, against the reference.

    Parameters
    ----------
    run : Run
        Reference and scenario, solved.

    Returns
    -------
    DataFrame
        One row per fiscal year and cause (`JOBS_BY`): the change in sales, and the jobs that go
        with it at the parameter's value and at both ends of its range.
    """
    economy = run.economy
    ratios = _ratios(economy)
    names, lost = taken_from(run, INDIA)
    sales = {
        "exports": run.outcome.exports - run.reference.exports,
        "imports": -lost[:, :, names.index("domestic")],
    }
    frames = []
    for cause, change in sales.items():
        central, low, high = (change @ ratio for ratio in ratios)
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": run.labels,
                    "cause": cause,
                    "sales_usd_mn": change.sum(axis=1),
                    "jobs": central,
                    "jobs_low": np.minimum(low, high),
                    "jobs_high": np.maximum(low, high),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _ratios(economy: Economy) -> tuple[Floats, Floats, Floats]:
    """Jobs per US$ million: value, low and high end, shape (H,) each."""
    parameters = economy.parameters
    value = parameters.by_chapter(PARAMETER, economy.chapters)
    rows = [parameters.describe(PARAMETER, hs) for hs in economy.by_chapter.chapters]
    low, high = (np.array([float(row[end]) for row in rows]) for end in ("low", "high"))
    if economy.split is not None:  # the ratios are by chapter
        low, high = low[economy.split.parent], high[economy.split.parent]
    return value, np.minimum(low, value), np.maximum(high, value)
