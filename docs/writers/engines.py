"""Write the generated block of ``docs/engines.md``: every bundled scenario under every engine.

``python -m docs.writers.engines``: some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import cepasim
from cepasim.engines.every import ENGINES
from cepasim.studies.engine_comparison import Comparison, compare_engines
from docs.writers.quoted import bundled, with_blocks

PAGE = Path(__file__).resolve().parents[1] / "engines.md"
BALANCE = "change_in_balance_usd_mn"
#: US$ million below which two engines are said to agree, and share of the larger answer.
_ALIKE, _ALIKE_SHARE = 0.5, 0.05


def engine_block(economy: cepasim.Economy) -> str:
    """Change in balance by scenario and engine, with the step that makes most of a difference."""
    lines = [
        "Change in the balance in the last year, US$ million. A dash: the engine cannot run it.",
        "",
        "| scenario | " + " | ".join(ENGINES) + " | why they differ |",
        "|---|" + "---:|" * len(ENGINES) + "---|",
    ]
    for name in cepasim.scenarios():
        scenario = bundled(name)
        if scenario.levers:
            lines.append(_line(name, compare_engines(economy, scenario)))
    return "\n".join(lines)


def _line(name: str, found: Comparison) -> str:
    rows = found.engines[found.engines["horizon"] != "long run"].set_index("engine")
    cells, reasons = [], []
    for engine in ENGINES:
        row = rows.loc[engine]
        if row["refused"]:
            cells.append("–")
            said = "; ".join(dict.fromkeys(str(row["refused"]).split("; ")))
            reasons.append(f"{engine} cannot: {said}")
        else:
            cells.append(f"{row[BALANCE]:+,.0f}")
    reasons += _steps(rows, found.steps)
    return f"| `{name}` | {' | '.join(cells)} | {'; '.join(reasons)} |"


def _steps(rows: pd.DataFrame, steps: pd.DataFrame) -> Iterator[str]:
    """The step that adds most of the gap on the way to each engine whose answer is another."""
    start = float(rows.loc[ENGINES[0], BALANCE])
    for engine, walk in steps.groupby("towards", sort=False):
        gap = float(rows.loc[str(engine), BALANCE]) - start
        if abs(gap) <= max(_ALIKE, _ALIKE_SHARE * abs(start)):
            yield f"{engine}: within 5 %"
            continue
        taken = walk.iloc[1:]
        taken = taken[taken["step"] != "linearisation"]
        most = taken.loc[(taken["adds_to_balance_usd_mn"] * np.sign(gap)).idxmax()]
        yield f"{engine}: {most['step']} ({most['adds_to_balance_usd_mn']:+,.0f} in the long run)"


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    block = engine_block(cepasim.load())
    PAGE.write_text(with_blocks(text, {"engines": block}), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
