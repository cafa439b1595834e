"""What differs between two sets of shocks is found, whoever made them."""

from __future__ import annotations

from dataclasses import replace

import cepasim
from cepasim import Economy
from cepasim.solution.part import difference
from cepasim.solution.solve import run


def test_wedges_changed_by_hand_are_seen_to_differ(economy: Economy) -> None:
    """Other arrays are made of something else: `replace` must not keep what they were made of."""
    nothing = cepasim.Scenario(name="reference", horizon="2024-25")
    before = run(economy, nothing, attribution=False).reference.markets["JPN"].shocks
    place = economy.chapters.index("61")
    dearer = before.wedges.effective.copy()
    dearer[:, place, 0] += 0.1
    after = replace(before, wedges=replace(before.wedges, effective=dearer))
    touched = difference(after, before).products
    assert touched[place] and touched.sum() == 1
