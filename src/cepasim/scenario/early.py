"""Levers that would start before the benchmark of a folder is over."""

from __future__ import annotations

from collections.abc import Sequence

from cepasim.core.fiscal_year import FiscalYear
from cepasim.core.problems import InputError, Problem
from cepasim.levers.fields import start_text
from cepasim.levers.lever import Lever
from cepasim.scenario.placing import UNREAD


def refuse_early(levers: Sequence[Lever], horizon: str, base_year: FiscalYear) -> None:
    """Refuse a scenario that was read for an earlier base year.

    Raises
    ------
    InputError
        For levers, or a horizon, that are not after the base year.
    """
    early = [lever for lever in levers if lever.start <= base_year]
    if early or horizon <= base_year:
        field, year = ("start", early[0].start) if early else ("horizon", horizon)
        raise InputError([Problem(UNREAD, None, field, year, start_text(base_year, horizon))])
