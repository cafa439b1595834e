"""How uncertain each figure is, and economies drawn from the ranges."""

from cepasim.economy.uncertainty.draws import Uncertainty

__all__ = ["Uncertainty"]
