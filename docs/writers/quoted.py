"""Write what the documentation generates from the model: ``make docs``.

The pages are `docs/elasticities.md`, the picture `docs/full-package.svg` and the blocks of README
between ``<!-- generated: name -->`` and ``<!-- end -->``. `docs/parameters.md` and the other
generated pages have their own commands, which the Makefile calls beside this one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import altair as alt
import vl_convert
from typer.testing import CliRunner

import cepasim
from cepasim.cli.commands import app
from cepasim.equilibrium.armington import equations
from cepasim.params.parameters import bundled_directory
from cepasim.scenario.bundled import MAIN
from cepasim.studies.reference_gap import reference_gap
from docs.writers.elasticities import elasticity_page
from docs.writers.worked import worked

ROOT = Path(__file__).resolve().parents[2]
YEAR = "2030-31"
#: Okabe-Ito: told apart by colour-blind readers.
COLOURS = {
    "tariff": "#0072B2",
    "origin": "#E69F00",
    "ntb": "#009E73",
    "fund": "#CC79A7",
}
WORDS = {
    "tariff": "tariffs, both sides",
    "origin": "proof of origin in Japan",
    "ntb": "barriers in Japan",
    "fund": "US$ 2 bn fund",
}


def bundled(name: str) -> cepasim.Scenario:
    """Read a bundled scenario."""
    return cepasim.Scenario.read(bundled_directory() / "scenarios" / f"{name}.yaml")


def demo_block() -> str:
    """Two parts of what `make demo` prints: the answer, and what each lever does."""
    printed = CliRunner().invoke(app, ["run", "full-package"], env={"COLUMNS": "100"})
    if printed.exit_code != 0:
        raise SystemExit(printed.output)
    paragraphs = printed.stdout.rstrip().split("\n\n")
    headline = next(text for text in paragraphs if text.startswith("Full package: against"))
    by_lever = next(i for i, text in enumerate(paragraphs) if text.startswith("What each lever"))
    shown = [headline, *paragraphs[by_lever : by_lever + 2]]
    return "```text\n" + "\n\n".join(shown) + "\n\n...\n```"


def scenario_block(results: Mapping[str, cepasim.Result]) -> str:
    """One line per bundled scenario, in the year shown."""
    last_year = results["full-package"].fiscal_years[-1]
    lines = [
        "| scenario | exports | imports | balance | 90 % range: figures | figures and model choice "
        f"| balance, {last_year} |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, result in results.items():
        table = result.totals.set_index("fiscal_year")
        now, last = table.loc[YEAR], table.iloc[-1]
        exports = now["exports_usd_mn"] - now["baseline_exports_usd_mn"]
        imports = now["imports_usd_mn"] - now["baseline_imports_usd_mn"]
        cells = [
            *map(_whole, (exports, imports, exports - imports)),
            *balance_ranges(name),
            _whole(last["change_in_balance_usd_mn"]),
        ]
        lines.append(
            f"| [`{name}`](params/scenarios/{name}.yaml): {bundled(name).description} | "
            + " | ".join(cells)
            + " |"
        )
    return "\n".join(lines)


def _whole(usd_mn: float) -> str:
    """Write whole millions with their sign; what is small is not nothing."""
    return "~0" if 0 < abs(usd_mn) < 0.5 else f"{usd_mn:+,.0f}"


def balance_ranges(name: str) -> tuple[str, str]:
    """90 % ranges of a scenario's balance in the year shown, from docs/uncertainty.md.

    Of figures, and of figures and model choice; in bold where the sign is not firm. Drawing takes
    minutes: `python -m docs.writers.ranges` writes that page, and this one quotes it.
    """
    page = (ROOT / "docs" / "uncertainty.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{re.escape(name)}` \| {YEAR} \|(.*)\|$", page, re.MULTILINE)
    cells = [] if row is None else [cell.strip() for cell in row[1].split("|")]
    if len(cells) != 7:
        raise SystemExit(
            f"docs/uncertainty.md: no ranges of {name}; run python -m docs.writers.ranges"
        )
    found = re.search(r"\(([^)]*)\)", cells[2])
    both = cells[4] if cells[6] == "firm" else f"**{cells[4]}**"
    return found[1] if found else "", both


def picture(result: cepasim.Result) -> str:
    """Change in the balance of the full package by lever and year, as SVG."""
    table = result.contributions
    table = table[(table["hs"] == "total") & (table["fiscal_year"] >= "2025-26")]
    table = table.assign(lever=table["lever"].map(WORDS), bn=table["balance_usd_mn"] / 1000)
    total = table.groupby("fiscal_year", as_index=False)["bn"].sum()
    axis = alt.Axis(title="change in India's balance with Japan, US$ bn of 2023-24", grid=True)
    bars = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("fiscal_year:N", title=None, axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("bn:Q", axis=axis),
            color=alt.Color(
                "lever:N",
                title=None,
                scale=alt.Scale(domain=list(WORDS.values()), range=list(COLOURS.values())),
                legend=alt.Legend(orient="top", columns=4, columnPadding=28),
            ),
        )
    )
    line = (
        alt.Chart(total)
        .mark_line(color="black", point=alt.OverlayMarkDef(color="black"))
        .encode(x="fiscal_year:N", y="bn:Q")
    )
    chart = (bars + line).properties(
        width=640, height=300, title="Full package: what each lever does to the balance (line: all)"
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))


def gap_block(economy: cepasim.Economy) -> str:
    """Reference and published trade after the base year."""
    lines = [
        "| year | flow | published, current US$ bn | in US$ of 2023–24 | benchmark grown on | gap "
        "| status and source |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for row in reference_gap(economy).itertuples():
        lines.append(
            f"| {row.fiscal_year} | {row.flow}s | {row.published_usd_mn / 1000:.2f} | "
            f"{row.constant_usd_mn / 1000:.2f} | {row.unanchored_usd_mn / 1000:.2f} | "
            f"{row.gap_usd_mn / 1000:+.2f} ({row.gap_pct:+.1f} %) | "
            f"{row.status}; {row.source} ({row.grade}) |"
        )
    return "\n".join(lines)


def time_page(economy: cepasim.Economy) -> str:
    """docs/time.md with its generated block renewed."""
    return with_blocks(
        (ROOT / "docs" / "time.md").read_text(encoding="utf-8"), {"gap": gap_block(economy)}
    )


def with_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """Replace each marked block of a page."""
    for name, block in blocks.items():
        pattern = re.compile(
            rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL
        )
        text, found = pattern.subn(lambda match, b=block: match[1] + b + "\n" + match[2], text)
        if found != 1:
            raise SystemExit(f"{found} blocks named {name}, 1 expected")
    return text


def readme(economy: cepasim.Economy) -> str:
    """README with its generated blocks renewed."""
    results = {name: cepasim.simulate(economy, bundled(name)) for name in MAIN}
    blocks = {"demo": demo_block(), "scenarios": scenario_block(results)}
    return with_blocks((ROOT / "README.md").read_text(encoding="utf-8"), blocks)


def method_page(economy: cepasim.Economy) -> str:
    """Page of the method with the equations as code, and with numbers that are worked through."""
    source = Path(equations.__file__).read_text(encoding="utf-8")
    code = f"```python\n{source[source.index('@dataclass') :]}```"
    page = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    return with_blocks(page, {"equations": code, **worked(economy)})


def main() -> int:
    """Write everything this module generates."""
    economy = cepasim.load()
    pages = {
        "docs/elasticities.md": elasticity_page(economy),
        "docs/full-package.svg": picture(cepasim.simulate(economy, bundled("full-package"))) + "\n",
        "docs/method.md": method_page(economy),
        "docs/time.md": time_page(economy),
        "README.md": readme(economy),
    }
    for name, text in pages.items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
