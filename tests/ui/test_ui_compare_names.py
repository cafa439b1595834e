"""The page “Compare”: what it calls the scenarios side by side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from cepasim.core.language import language
from cepasim.scenario.scenario import Scenario
from cepasim.ui.figures import LANDING
from cepasim.ui.pages import compare_link
from cepasim.ui.state import Session


def test_long_names_are_cut_where_they_stay_apart() -> None:
    """A scenario named by its levers has a sentence for a name: no head of a table holds it."""
    long = "Japan relieves {} % of the actionable part of all its barriers to Indian goods"
    said = compare_link.short(["Full package", long.format(20), long.format(60)])
    assert said["Full package"] == "Full package"
    assert said[long.format(20)] == "Japan relieves 20 % of the actionable part …"
    whole = "日" * 60
    assert compare_link.short([whole]) == {whole: "日" * 44 + "…"}, "has no spaces"
    alike = ["Fund " + "and more " * 9 + end for end in ("one", "two")]
    assert [one[-9:] for one in compare_link.short(alike).values()] == [" more one", " more two"]
    assert all(one.startswith("…") for one in compare_link.short(alike).values())
    apart = ["Fund " * 9 + end + "and more " * 9 for end in ("one ", "two ")]
    assert list(compare_link.short(apart).values()) == apart, "no part of them says which is which"


@pytest.mark.parametrize(
    ("tag", "said"), [("en", "Full package (changed)"), ("ja", "Full package（変更後）")]
)
def test_a_clash_of_names_is_resolved_in_the_readers_language(
    tag: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_link, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(compare_link, "_read", lambda _: None)
    landing = Scenario.bundled(LANDING)
    other = landing.model_copy(update={"levers": landing.levers[:1]})
    saved: dict[str, Any] = {}
    found = SimpleNamespace(
        saved=saved,
        figures=SimpleNamespace(bundled={LANDING: landing}),
        loaded=landing,
        changed=True,
        scenario=other,
        save=saved.__setitem__,
    )
    with language(tag):
        compare_link.begin(cast(Session, found))
    assert list(saved) == [landing.name, said]
