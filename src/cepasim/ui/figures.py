"""A set of figures and what the pages read from it; the bundled one is shared by all sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

import cepasim
from cepasim.economy.economy import Economy
from cepasim.scenario.bundled import bundled_path, scenarios
from cepasim.scenario.scenario import Scenario
from cepasim.ui import assumptions, questions

LANDING = "full-package"


@dataclass(frozen=True)
class Figures:
    """A set of figures and what the pages read from it again and again. Immutable.

    Attributes
    ----------
    economy : Economy
    bundled : mapping of str to Scenario
        Bundled scenarios by file name, in the order of the gallery.
    derived : mapping of str to Scenario
    rows : DataFrame
        Every named parameter.
    known : mapping of str to dict
        The same rows by name.
    history : DataFrame
        The table ``history/totals``.
    digest : str
    """

    economy: Economy
    bundled: Mapping[str, Scenario]
    derived: Mapping[str, Scenario]
    rows: pd.DataFrame
    known: Mapping[str, Mapping[str, Any]]
    history: pd.DataFrame
    digest: str

    def scenario(self, name: str) -> Scenario:
        """Return a bundled or derived scenario by name."""
        return self.bundled[name] if name in self.bundled else self.derived[name]


def figures_of(economy: Economy) -> Figures:
    """Read from an economy what the pages need besides."""
    bundled = {
        name: Scenario.read(bundled_path(name), economy.classification) for name in scenarios()
    }
    first = [name for name in (LANDING,) if name in bundled]
    ordered = {name: bundled[name] for name in [*first, *(n for n in bundled if n not in first)]}
    rows = assumptions.rows_of(economy.parameters)
    history = economy.parameters.table("history/totals")
    return Figures(
        economy=economy,
        bundled=ordered,
        derived=questions.derived(ordered),
        rows=rows,
        known={
            str(name): {str(column): cell for column, cell in row.items()}
            for name, row in rows.to_dict("index").items()
        },
        history=history,
        digest=economy.parameters.digest,
    )


@st.cache_resource(show_spinner=False)
def bundled_figures() -> Figures:
    """Return the bundled figures; immutable, so all sessions share them."""
    return figures_of(cepasim.load())
