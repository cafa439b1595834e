"""Arguments of a batch: what they may be, or a refusal by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.language import separated, tr
from cepasim.scenario.scenario import Scenario
from cepasim.studies.partitions import TABLES


def listed(scenarios: object) -> list[Any]:
    """Return the scenarios of a batch, of which there is at least one."""
    allowed = tr("a list of scenarios: objects, what scenario files hold, or paths of such files")
    if isinstance(scenarios, str | bytes | Path | Mapping | Scenario):
        words = tr("{allowed}; one alone goes in brackets: [...]", allowed=allowed)
        refuse("scenarios", scenarios, words)
    given = list(instance_of("scenarios", scenarios, Iterable, allowed))
    if not given:
        refuse("scenarios", tr("an empty list"), tr("at least one scenario"))
    for place, one in enumerate(given):
        if not isinstance(one, Scenario | Mapping | Path | str):
            words = tr("a scenario, what its file holds, or its path")
            refuse(f"scenarios[{place}]", one, words)
    return given


def known_tables(tables: Iterable[str]) -> tuple[str, ...]:
    """Return the tables that are asked for by name."""
    listed = (tables,) if isinstance(tables, str) else tuple(tables)
    for name in listed:
        if name not in TABLES:
            refuse("tables", name, tr("some of {allowed}", allowed=separated(TABLES)))
    return listed


def directory_of(out: object) -> Path:
    """Return the folder that a batch is to be written to."""
    if not isinstance(out, Path | str) or not str(out).strip():
        refuse("out", out, tr("the name of a folder"))
    return Path(out)
