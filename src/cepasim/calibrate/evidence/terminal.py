"""The evidence in short, for the terminal."""

from __future__ import annotations

from cepasim.calibrate.backcast import forecasts
from cepasim.calibrate.backcast.history import LAST_FITTED, START
from cepasim.calibrate.evidence.calibration import Calibration
from cepasim.calibrate.evidence.deficit import decomposition_table, panel_table
from cepasim.calibrate.evidence.path import path_table
from cepasim.calibrate.evidence.scores import bounds_table, lost_to, score_table
from cepasim.calibrate.evidence.verdict import verdict_table
from cepasim.calibrate.evidence.words import label

_SHORT = {
    "WAPE, total": "WAPE",
    "WAPE, section": "section",
    "WAPE, chapter": "chapter",
    "WAPE, chapter without hard cases": "easy",
}


def text(result: Calibration) -> str:
    """Short report for the terminal: no band, and the page has the rest."""
    report = result.backcast
    main = [
        forecasts.MODEL,
        forecasts.LITERATURE,
        forecasts.TREND,
        *(f"{s} {label(START)}" for s in forecasts.SIMPLE),
        forecasts.REBASED,
        *(f"{s} {label(LAST_FITTED)}" for s in forecasts.SIMPLE),
    ]
    path = path_table(report)
    bands = [column for column in path if "band" in str(column)]
    pieces = [
        ("Benchmark of 2023-24 against the published totals, US$ million", result.benchmark),
        ("Backcast from 2013-14, US$ billion", path.drop(columns=bands)),
        (
            "Scores on 2019-20 to 2023-24; WAPE of totals, sections, chapters and chapters without "
            "hard cases (to 2021-22)",
            score_table(report, main).rename(columns=_SHORT),
        ),
        (
            "Rise of the deficit from 2013-14 to 2023-24, US$ billion",
            decomposition_table(result.decomposition),
        ),
        ("Tariff elasticity of India's imports, panel of 2010-22", panel_table(result.panel)),
    ]
    if len(result.bounds):
        shown = bounds_table(result.bounds).drop(columns=["why this bound", "why missed"])
        shown["met"] = shown["met"].str.strip("*")
        pieces.insert(3, ("Bounds written before the first run", shown))
    lines = []
    for title, frame in pieces:
        lines += [title, "", frame.to_string(index=False), ""]
    lines += ["May the first model be used? The scores behind the answers: docs/evidence.md", ""]
    for row in verdict_table(result).itertuples(index=False):
        lines += [f"  {row.asked}", f"      {row.answer}"]
    lines += ["", "Simple forecasts from the same year that do better (Theil's U above 1)", ""]
    lines += [f"  {line}" for line in lost_to(report)]
    return "\n".join(line.rstrip() for line in lines) + "\n"
