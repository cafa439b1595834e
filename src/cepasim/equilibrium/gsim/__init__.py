"""GSIM: any number of markets, one producer price for each source (Francois and Hall 2003)."""

from __future__ import annotations

from cepasim.equilibrium.gsim.clearing import Clearing, clear_markets
from cepasim.equilibrium.gsim.linear import clear_markets_linear
from cepasim.equilibrium.gsim.solve import GsimSolution, solve_gsim

__all__ = ["Clearing", "GsimSolution", "clear_markets", "clear_markets_linear", "solve_gsim"]
