"""The bounds the scores must meet, and whether they do.

The bounds were written before the first scored run; they live with the tests
(``tests/calibrate/backcast/bounds.yaml``) and are not moved to fit a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cepasim.calibrate.backcast.backcast import Backcast
from cepasim.calibrate.backcast.forecasts import MODEL
from cepasim.calibrate.backcast.share_report import SHARES, SecondModel
from cepasim.core.files import bundled
from cepasim.core.yaml_lines import read_data
from cepasim.params.parameters import bundled_directory

Bounds = Mapping[str, Mapping[str, Mapping[str, Any]]]


def source_bounds() -> Bounds | None:
    """Bounds of a source checkout, or None where the tests are not at hand (an installed wheel)."""
    file = bundled_directory().parent / "tests" / "calibrate" / "backcast" / "bounds.yaml"
    return read_bounds(file) if file.is_file() else None


def missed_reasons() -> dict[tuple[str, str], str]:
    """Reasons of the bounds known to be missed, by section and name; empty without the tests."""
    file = bundled_directory().parent / "tests" / "calibrate" / "backcast" / "missed.yaml"
    if not file.is_file():
        return {}
    content = read_data(file)
    return {(s, name): str(why) for s, group in content.items() for name, why in group.items()}


def read_bounds(file: Path) -> Bounds:
    """Read a file of bounds: section, then name, then limits and the reason.

    A comma ends a value there, so that words after one arrive as keys without a value: they belong
    to the reason.
    """
    content = read_data(file)
    return {
        section: {name: _whole_reason(bound) for name, bound in group.items()}
        for section, group in content.items()
    }


def _whole_reason(bound: Mapping[str, Any]) -> dict[str, Any]:
    rest = [key for key, value in bound.items() if value is None]
    whole = {key: value for key, value in bound.items() if value is not None}
    return whole | {"reason": ", ".join([str(bound["reason"]), *rest])}


def meets(measured: float, bound: Mapping[str, Any]) -> bool:
    """Whether a figure meets ``at_most``, ``at_least`` and ``within`` (of ``equals`` or zero)."""
    away = abs(measured - float(bound.get("equals", 0.0)))
    return (
        measured <= float(bound.get("at_most", float("inf")))
        and measured >= float(bound.get("at_least", float("-inf")))
        and away <= float(bound.get("within", float("inf")))
    )


def measured_scores(report: Backcast) -> dict[tuple[str, str], float]:
    """Every score that a bound of the backcast speaks about, by section and name."""
    out: dict[tuple[str, str], float] = {}
    levels = {
        "judged_totals": "total",
        "judged_sections": "section",
        "judged_chapters": "chapter",
    }
    for section, level in levels.items():
        for flow in ("export", "import", "balance"):
            row = report.score_of(level, flow)
            out[section, f"{flow}_wape"] = float(row["wape"])
            out[section, f"{flow}_bias"] = float(row["bias"])
    u = report.theil[(report.theil["level"] == "total") & (report.theil["forecast"] == MODEL)]
    for flow, against, value in zip(u["flow"], u["against"], u["theil_u"], strict=True):
        out["judged_totals", f"{flow}_u_{against.replace(' ', '_')}"] = float(value)
    covered = report.coverage
    both = covered[
        (covered["flow"] == "both")
        & (covered["level"] == "chapter")
        & (covered["window"] == "judged")
    ]
    out["coverage", "share_inside"] = float(both["share_inside"].iloc[0])
    return out


def against_bounds(
    report: Backcast, bounds: Bounds, missed: Mapping[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    """Scores beside their bounds.

    Parameters
    ----------
    report : Backcast
    bounds : Bounds
    missed : mapping of (section, name) to str, optional
        Reasons of misses.

    Returns
    -------
    DataFrame
        ``section``, ``name``, ``measured``, ``bound`` (words), ``met``, ``reason``,
        ``why_missed``; one row for each bound on a score of the backcast.
    """
    scores = measured_scores(report)
    rows = [
        {
            "section": section,
            "name": name,
            "measured": scores[section, name],
            "bound": _limits(name, bound),
            "met": meets(scores[section, name], bound),
            "reason": bound["reason"],
            "why_missed": (missed or {}).get((section, name), ""),
        }
        for section, group in bounds.items()
        for name, bound in group.items()
        if (section, name) in scores
    ]
    return pd.DataFrame(rows)


def _beside_the_tests(name: str) -> Mapping[str, Any]:
    """A YAML file of the tests of the backcast; empty where they are not at hand."""
    file = bundled("params").parent / "tests" / "calibrate" / "backcast" / name
    if not file.is_file():
        return {}
    content: Mapping[str, Any] = read_data(file)
    return content


def fresh_bounds(fresh: pd.DataFrame) -> pd.DataFrame:
    """Scores of the fresh tests beside their bounds.

    Parameters
    ----------
    fresh : DataFrame
        As `fresh.fresh_tests` returns it.

    Returns
    -------
    DataFrame
        ``test``, ``name``, ``bound`` (words), ``first_run``, ``measured``, ``met``,
        ``why_missed``; empty where the tests are not at hand.
    """
    first, missed = (_beside_the_tests(f"fresh_{name}.yaml") for name in ("first_run", "missed"))
    scored = fresh[fresh["forecast"].isin([SHARES, "central"])]
    measured = scored.set_index(["test", "name"])["measured"]
    rows = [
        {
            "test": test,
            "name": name,
            "bound": _limits(name, bound),
            "first_run": first[test][name],
            "first_met": meets(first[test][name], bound),
            "measured": float(measured[test, name]),
            "met": meets(float(measured[test, name]), bound),
            "reason": bound["reason"],
            "why_missed": missed.get(test, {}).get(name, ""),
        }
        for test, group in _beside_the_tests("fresh_bounds.yaml").items()
        for name, bound in group.items()
    ]
    columns = ["test", "name", "bound", "first_run", "first_met", "measured", "met"]
    return pd.DataFrame(rows, columns=[*columns, "reason", "why_missed"])


def is_ratio(name: str) -> bool:
    """Whether a score is a ratio of two errors; all others are shares."""
    return name.endswith("_ratio") or "_u_" in name


def _limits(name: str, bound: Mapping[str, Any]) -> str:
    """The limits of a bound in words, in the unit of its score."""
    return ", ".join(
        f"{words} {bound[limit]:g}" if is_ratio(name) else f"{words} {100 * bound[limit]:g} %"
        for limit, words in (("at_least", "at least"), ("at_most", "at most"), ("within", "within"))
        if limit in bound
    )


def share_bounds(report: SecondModel) -> pd.DataFrame:
    """Scores of the second model beside its bounds.

    Returns
    -------
    DataFrame
        ``level``, ``flow``, ``measured``, ``at_most``, ``met``; empty where the tests are not at
        hand.
    """
    file = bundled("params").parent / "tests" / "calibrate" / "backcast" / "share_bounds.yaml"
    columns = ["level", "flow", "measured", "at_most", "met"]
    if not file.is_file():
        return pd.DataFrame(columns=columns)
    content = read_data(file)
    rows = []
    for level in ("total", "section", "chapter"):
        for flow, bound in content[f"{level}s"].items():
            measured = report.wape(level, flow)
            rows.append((level, flow, measured, bound["at_most"], measured <= bound["at_most"]))
    return pd.DataFrame(rows, columns=columns)
