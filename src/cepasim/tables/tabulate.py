"""From the arrays of a run to the tidy tables of a result."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cepasim.core.countries import COLUMN_NAME
from cepasim.equilibrium.trq import REGIMES
from cepasim.solution.claims import unclaimed, welfare_by_year
from cepasim.solution.state import Run, fund_outlay
from cepasim.tables.column import words_at
from cepasim.tables.levels import balance_range, chapter_range, group_range, total_range
from cepasim.tables.names import FLOWS, Level, groups_of
from cepasim.tables.schema import empty_table

Floats = NDArray[np.float64]


def totals(run: Run) -> pd.DataFrame:
    """One row per fiscal year; US$ million of 2023-24."""
    before, after = run.reference, run.outcome
    exports, base_exports = after.exports.sum(axis=1), before.exports.sum(axis=1)
    imports, base_imports = after.imports.sum(axis=1), before.imports.sum(axis=1)
    solved = after.imports_solved.sum(axis=1)
    welfare = welfare_by_year(run)
    table = {
        "fiscal_year": run.labels,
        "exports_usd_mn": exports,
        "imports_usd_mn": imports,
        "balance_usd_mn": exports - imports,
        "baseline_exports_usd_mn": base_exports,
        "baseline_imports_usd_mn": base_imports,
        "baseline_balance_usd_mn": base_exports - base_imports,
        "change_in_balance_usd_mn": (exports - base_exports) - (imports - base_imports),
    }
    for importer, name in COLUMN_NAME.items():
        table[f"duty_{name}_usd_mn"] = after.duty_on_partner(importer).sum(axis=1)
    for importer, name in COLUMN_NAME.items():
        table[f"welfare_{name}_usd_mn"] = welfare[importer]
    for importer, name in COLUMN_NAME.items():
        table[f"baseline_duty_{name}_usd_mn"] = before.duty_on_partner(importer).sum(axis=1)
    table |= {
        "input_content_usd_mn": after.input_content.sum(axis=1),
        "fund_capital_goods_usd_mn": after.fund.capital_goods.sum(axis=1),
        "fund_grants_usd_mn": after.fund.grants.sum(axis=1),
        "fund_outlay_usd_mn": fund_outlay(run.economy, after.fund).sum(axis=1),
        "change_in_balance_without_content_usd_mn": (exports - base_exports)
        - (solved - base_imports),
    }
    ranges = {
        "exports": total_range(run, "export"),
        "imports": total_range(run, "import"),
        "balance": balance_range(run),
    }
    for item, found in ranges.items():
        table[f"baseline_{item}_low_usd_mn"] = found.low
        table[f"baseline_{item}_high_usd_mn"] = found.high
    if after.has_quotas:
        rents = after.quota_rents()
        for country, name in COLUMN_NAME.items():
            table[f"quota_rent_{name}_usd_mn"] = rents[country].sum(axis=1)
    return pd.DataFrame(table | _price_levels(run))


def _price_levels(run: Run) -> dict[str, Floats]:
    """Price level of each country against the reference, where an exchange rate moves any."""
    ratios = {
        f"price_level_{name}": np.broadcast_to(
            run.outcome.price_level(country) / run.reference.price_level(country),
            run.outcome.exports.shape,
        )[:, 0]
        for country, name in COLUMN_NAME.items()
    }
    return ratios if any((ratio != 1).any() for ratio in ratios.values()) else {}


def sectors(run: Run) -> pd.DataFrame:
    """One row per (fiscal_year, flow, hs); US$ million of 2023-24."""
    chapters = run.economy.chapters
    shape = run.reference.exports.shape
    after, before = run.outcome, run.reference
    content = after.input_content + after.fund.capital_goods
    grade = run.economy.bilateral.set_index(["flow", "hs"])["grade"]
    frames = []
    for flow, new, old, extra in (
        ("export", after.exports, before.exports, np.zeros(shape)),
        ("import", after.imports, before.imports, content),
    ):
        change = new - old
        percent = np.divide(100 * change, old, out=np.zeros(shape), where=old > 0)
        percent[(old <= 0) & (change != 0)] = np.nan
        around = chapter_range(run, flow)
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": words_at(run.labels, np.arange(old.size) // shape[1]),
                    "flow": flow,
                    "hs": words_at(chapters, np.arange(old.size) % shape[1]),
                    "baseline_usd_mn": old.ravel(),
                    "scenario_usd_mn": new.ravel(),
                    "change_usd_mn": change.ravel(),
                    "change_pct": percent.ravel(),
                    "import_content_usd_mn": extra.ravel(),
                    "baseline_low_usd_mn": around.low.ravel(),
                    "baseline_high_usd_mn": around.high.ravel(),
                    "grade": np.tile(grade[flow].loc[list(chapters)].to_numpy(str), shape[0]),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def levels(run: Run) -> pd.DataFrame:
    """Range of every group's level in the reference: one row per (fiscal_year, flow, level, group).

    Of chapters, sections, windows and the total; products have theirs in `sectors`.
    """
    frames = []
    classification, chapters = run.economy.classification, run.economy.by_chapter.chapters
    summed: tuple[Level, ...] = ("chapter", "section", "window", "total")
    for level in summed:
        group_of = groups_of(classification, level, chapters)
        groups = tuple(dict.fromkeys(group_of.values()))
        of_chapter = np.array([groups.index(group_of[hs]) for hs in chapters])
        for flow in FLOWS:
            if level == "total":
                around = total_range(run, flow)
            else:
                around = group_range(run, flow, of_chapter)
            place = np.arange(around.low.size)
            frames.append(
                pd.DataFrame(
                    {
                        "fiscal_year": words_at(run.labels, place // len(groups)),
                        "flow": flow,
                        "level": level,
                        "group": words_at(groups, place % len(groups)),
                        "low_usd_mn": around.low.ravel(),
                        "high_usd_mn": around.high.ravel(),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def contributions_by_side(run: Run) -> pd.DataFrame:
    """Exact Shapley split over kinds of levers and sides, by fiscal year and product and total."""
    if not run.split:
        return empty_table("contributions_by_side")
    without = unclaimed(run)
    rows = [*run.economy.chapters, "total"]
    frames = []
    for part in run.split:
        amounts = {
            name: np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)
            for name, values in part.amounts.items()
        }
        for country, mask in without.get(part.kind, {}).items():
            cells = np.concatenate([mask, mask.any(axis=1, keepdims=True)], axis=1)
            amounts[f"welfare_{country}"][cells] = np.nan
        year, row = np.indices(amounts["exports"].shape).reshape(2, -1)
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": words_at(run.labels, year),
                    "hs": words_at(rows, row),
                    "lever": part.kind,
                    "side": part.side,
                    "exports_usd_mn": amounts["exports"].ravel(),
                    "imports_usd_mn": amounts["imports"].ravel(),
                    "balance_usd_mn": (amounts["exports"] - amounts["imports"]).ravel(),
                    "welfare_japan_usd_mn": amounts["welfare_JPN"].ravel(),
                    "welfare_india_usd_mn": amounts["welfare_IND"].ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def diagnostics(run: Run) -> pd.DataFrame:
    """How hard each market was to solve, and how far India's and Japan's prices moved."""
    rows = []
    for importer, market in run.economy.markets.items():
        for path, state in (("reference", run.reference), ("scenario", run.outcome)):
            outcome = state.markets[importer]
            price = outcome.price[:, :, market.partner_column]
            rows.append(
                {
                    "market": importer,
                    "path": path,
                    "markets_solved": outcome.residual.size,
                    "iterations_max": int(outcome.iterations.max()),
                    "residual_max": float(outcome.residual.max()),
                    "largest_log_price": float(np.abs(np.log(price)).max()),
                }
            )
    return pd.DataFrame(rows)


def quotas(run: Run) -> pd.DataFrame:
    """What every tariff-rate quota came to: one row per fiscal year, importer, source, chapter.

    Quantities are US$ million f.o.b. at the prices of 2023-24; the premium is on the landed price.
    """
    frames = []
    for importer, market in run.economy.markets.items():
        outcome = run.outcome.markets[importer]
        set_up, found = outcome.shocks.quota, outcome.quota
        if set_up is None or found is None:
            continue
        cells = rows, columns, sources = np.nonzero(np.isfinite(set_up.limit))
        frames.append(
            pd.DataFrame(
                {
                    "fiscal_year": np.array(run.labels)[rows],
                    "importer": importer,
                    "source": np.array(market.exporters)[sources],
                    "hs": np.array(market.chapters)[columns],
                    "quota_usd_mn": set_up.limit[cells],
                    "quantity_usd_mn": found.quantity[cells],
                    "within_usd_mn": found.within[cells],
                    "regime": np.array(REGIMES)[found.regime[cells]],
                    "premium_pct": 100 * found.premium[cells],
                    "rent_usd_mn": found.rent[cells],
                    "rent_owner": np.where(set_up.to_importer[cells], "importer", "exporter"),
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else empty_table("quotas")
