"""A number of theirs beside one of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One figure compared.

    Attributes
    ----------
    what : str
        What the figure is, in words.
    published : float
        Their number.
    ours : float
    tolerance : float
        Largest difference that counts as the same; never looser than the digits published.
    reason : str
        Why this tolerance.
    digits : int
        Decimals to show.
    """

    what: str
    published: float
    ours: float
    tolerance: float
    reason: str
    digits: int = 4

    @property
    def difference(self) -> float:
        """Ours minus theirs."""
        return self.ours - self.published

    @property
    def same(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.difference) <= self.tolerance


@dataclass(frozen=True)
class Reference:
    """An external reference and what came of it.

    Attributes
    ----------
    title, source : str
    what_is_compared : str
        The case, in one or two sentences.
    checks : tuple of Check
    note : str
        What a reader must know, such as how the numbers were obtained.
    """

    title: str
    source: str
    what_is_compared: str
    checks: tuple[Check, ...]
    note: str = ""


def half_unit(digits: int) -> float:
    """Half a unit of the last decimal published, with room for binary rounding of the tie."""
    return 0.5 * 10.0**-digits * (1 + 1e-9)
