"""Write the block of ``docs/uncertainty.md`` on the model's own alternatives, scenario by scenario.

``python -m docs.writers.containment [--draws N] [SCENARIO ...]``: some ten minutes for all. The
page is renewed after each scenario, and scenarios that are not named keep their rows: a run that
was interrupted goes on with the names of those that are left.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

import cepasim
from cepasim.studies.containment import YEARS, Containment, Outside, containment
from docs.writers.quoted import bundled, with_blocks
from docs.writers.ranges import ITEMS, PAGE

DRAWS, SEED = 256, 1


def rows_of(page: str) -> dict[str, str]:
    """Rows of the block as the page has them, by scenario."""
    block = page.split("<!-- generated: containment -->")[1].split("<!-- end -->")[0]
    rows = re.findall(r"^(\| `([^`]+)` \|.*)$", block, re.MULTILINE)
    return {name: row for row, name in rows}


def containment_block(rows: Mapping[str, str]) -> str:
    """What was tried for each bundled scenario, and what lies outside."""
    known = {name: rows[name] for name in cepasim.scenarios() if name in rows}
    cells = [row.split(" | ") for row in known.values()]
    tried, outside = (sum(int(row[place]) for row in cells) for place in (2, 3))
    lines = [
        f"{len(known)} scenarios, {tried} alternatives besides the central runs; {outside} answers "
        "lie beyond an end by more than US$ 0.5 million. Changes of exports, imports, balance in "
        f"{' and '.join(YEARS)}, US$ million; structural draws with seed {SEED}.",
        "",
        "| scenario | draws | tried | outside | which, and why | left out or not drawn, and why |",
        "|---|---:|---:|---:|---|---|",
        *known.values(),
    ]
    absent = [name for name in cepasim.scenarios() if name not in rows]
    if absent:
        lines += ["", f"Not run yet: {', '.join(absent)}."]
    return "\n".join(lines)


def row_of(name: str, found: Containment) -> str:
    """Row of one scenario."""
    said = "; ".join(_said(one) for one in found.outside) or "–"
    kept_out = [*found.notes, *(f"{label}: no equilibrium" for label in found.failed)]
    numbers = f"{found.draws} | {len(found.tried)} | {len(found.outside)}"
    return f"| `{name}` | {numbers} | {said} | {'; '.join(kept_out) or '–'} |"


def _said(one: Outside) -> str:
    return (
        f"{one.label}, {ITEMS[one.item]} {one.fiscal_year}: {one.value:+,.1f}, range "
        f"{one.low:+,.1f} to {one.high:+,.1f} ({one.reason})"
    )


def main() -> None:
    """Run the scenarios and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=DRAWS)
    options.add_argument("scenarios", nargs="*", default=list(cepasim.scenarios()))
    given = options.parse_args()
    economy = cepasim.load()
    for name in given.scenarios:
        row = row_of(name, containment(economy, bundled(name), given.draws, SEED))
        page = PAGE.read_text(encoding="utf-8")
        block = containment_block({**rows_of(page), name: row})
        text = with_blocks(page, {"containment": block})
        PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
