"""Duties: WITS, the project's schedules, the template."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cepasim.core.problems import InputError
from cepasim.data import read
from cepasim.params.parameters import bundled_directory

Write = Callable[..., Path]


def wits(product: str, kind: str, rate: object, **other: object) -> dict[str, object]:
    return {
        "Reporter": 392, "Reporter Name": "Japan", "Year": 2023, "Nomenclature": "H6",
        "Product": product, "Partner": 0, "Partner Name": "World", "Duty Type": kind,
        "Simple Average": rate, "Minimum Rate": 0, "Maximum Rate": 20,
    } | other  # fmt: skip


def test_wits(write: Write) -> None:
    rows = [
        wits("640399", "MFN", 11.3),
        wits("640399", "AHS", 0, **{"Partner": 699, "Partner Name": "India"}),
        wits("30617", "BND", 4.0),
        wits("640399", "MFN", 5.0, **{"Reporter Name": "Viet Nam"}),
    ]
    reading = read(write("a.csv", rows))
    assert reading.understood.kind == "tariffs"
    keys = reading.frame[["importer", "source", "hs", "duty", "rate_pct"]]
    assert keys.to_numpy().tolist() == [
        ["JPN", "IND", "640399", "applied", 0.0],
        ["JPN", "any", "030617", "bound", 4.0],
        ["JPN", "any", "640399", "MFN", 11.3],
    ]
    assert reading.frame["high_pct"].tolist() == [20.0, 20.0, 20.0]
    assert any("market" in left.reason for left in reading.left_out)


@pytest.mark.slow(seconds=1)
def test_the_schedules_of_the_project() -> None:
    folder = bundled_directory() / "tariffs"
    japan = read(folder / "japan_lines.csv")
    frame = japan.frame.set_index(["hs", "source", "duty"])
    # Footwear pays nothing from Viet Nam; the line of bananas has two seasons.
    assert (japan.frame["hs"].str.len() == 9).all()
    assert not japan.frame.duplicated(["source", "hs", "duty"]).any()
    assert frame["rate_pct"].max() < 1000
    assert any("seasonal" in note for note in japan.notes)
    india = read(folder / "india_lines.csv")
    cars = india.frame[(india.frame["hs"] == "87032291") & (india.frame["duty"] == "MFN")]
    assert len(cars) <= 1
    assert set(india.frame["source"]) == {"any", "KOR", "ASEAN"}


@pytest.mark.slow(seconds=1)
def test_duties_that_cannot_be(write: Write) -> None:
    fraction = [wits("640399", "MFN", 0.0), wits("640399", "MFN", 7.0)]
    with pytest.raises(InputError, match="two that differ"):
        read(write("a.csv", fraction))
    with pytest.raises(InputError, match="another unit"):
        read(write("a.csv", [wits("640399", "MFN", 113_000, **{"Maximum Rate": 200_000})]))
    with pytest.raises(InputError, match="MFN, PRF, BND or AHS"):
        read(write("a.csv", [wits("640399", "XYZ", 1)]))
    with pytest.raises(InputError, match="between the lowest and the highest"):
        read(write("a.csv", [wits("640399", "MFN", 30)]))
