"""What produced an output."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from cepasim.core.manifest import PACKAGES, manifest

RUN = {"engine": "armington", "scenario_text": "name: x\n", "parameter_digest": "ab" * 32}


def test_the_same_run_has_the_same_manifest() -> None:
    first, second = manifest(**RUN), manifest(**RUN)
    assert first == second
    assert list(first) == list(second)
    assert "created" not in first


def test_it_names_program_packages_and_scenario() -> None:
    made = manifest(**RUN)
    assert made["program"] == "cepasim"
    assert set(made["packages"]) == set(PACKAGES)
    assert "unknown" not in made["packages"].values()
    assert made["scenario"] == "name: x\n"
    assert made["scenario_sha256"] == hashlib.sha256(b"name: x\n").hexdigest()
    assert made["parameter_digest"] == "ab" * 32


def test_another_scenario_has_another_digest() -> None:
    other = manifest(**(RUN | {"scenario_text": "name: y\n"}))
    assert other["scenario_sha256"] != manifest(**RUN)["scenario_sha256"]


def test_the_moment_is_written_in_utc_when_given() -> None:
    noon_in_delhi = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=5.5)))
    assert manifest(**RUN, created=noon_in_delhi)["created"] == "2026-11-22T06:30:00+00:00"
    assert manifest(**RUN, created=datetime(2026, 1, 1, tzinfo=UTC))["created"].endswith("+00:00")


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        manifest(**RUN, created=datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test


def test_everything_becomes_plain_json() -> None:
    made = manifest(
        **RUN,
        overrides={"eta": np.float64(1.5), "n": np.int64(3)},
        benchmark={"estimated": date(2026, 11, 21), "cells": (1, 2.5, None), "flags": {"b", "a"}},
        options={"by": "section", "quiet": True},
    )
    assert json.loads(json.dumps(made)) == made
    assert made["overrides"] == {"eta": 1.5, "n": 3}
    assert made["benchmark"] == {
        "estimated": "2026-11-21",
        "cells": [1, 2.5, None],
        "flags": ["a", "b"],
    }


def test_what_json_cannot_hold_is_named() -> None:
    with pytest.raises(TypeError, match=r"options\.odd\[1\]: object"):
        manifest(**RUN, options={"odd": [1, object()]})


def test_what_acts_has_a_digest_that_no_word_moves() -> None:
    def digest(**scenario: object) -> object:
        return manifest(**RUN, scenario=scenario)["acting_sha256"]

    first = digest(name="Relief", horizon="2030-31", levers=[{"fund": {"usd_bn": 2.0}}])
    renamed = digest(
        levers=[{"fund": {"usd_bn": 2.0}}], horizon="2030-31", name="軽減", description="基金"
    )
    assert first == renamed
    assert first != digest(name="Relief", horizon="2031-32", levers=[{"fund": {"usd_bn": 2.0}}])
    assert first != digest(name="Relief", horizon="2030-31", levers=[{"fund": {"usd_bn": 2.5}}])
    assert "acting_sha256" not in manifest(**RUN)
