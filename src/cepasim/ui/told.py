"""What a click brought onto the screen stays there while ranges come.

A page is drawn again when there are more draws. Nobody has clicked since: what it said once, and
what a button answered, is still to be read.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class Told:
    """What the last click brought.

    Attributes
    ----------
    again : bool
        Set before the page is drawn again by itself.
    message : str
    pressed : set
        Buttons, each with what it acted on.
    """

    again: bool = False
    message: str = ""
    pressed: set[Hashable] = field(default_factory=set)

    def begin(self) -> None:
        """Begin a run of the page: after a click, what the one before brought is gone."""
        if not self.again:
            self.message = ""
            self.pressed.clear()
        self.again = False

    def say(self, message: str) -> str:
        """Return what is to be said: something new, or what was said and nobody answered."""
        self.message = message or self.message
        return self.message

    def press(self, button: bool, *acted_on: Hashable) -> bool:
        """Return whether a button was the last that was pressed, on the same things.

        Parameters
        ----------
        button : bool
            Whether it has been pressed just now.
        *acted_on : hashable
            Its name and what it acts on.
        """
        if button:
            self.pressed.add(acted_on)
        return acted_on in self.pressed
