"""No assumption where data exist: use of preferences, freight, India's rates, the fund's inputs."""

from __future__ import annotations

import pytest

import cepasim
from cepasim.economy.economy import Economy
from cepasim.levers.fund import FundLever, allocation
from cepasim.scenario.scenario import Scenario

#: Tables of each family, and what is still assumed in them, with the reason.
FAMILIES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "use of preferences": (
        (
            "tariffs/preference_use",
            "tariffs/preference_use_chapters",
            "tariffs/preference_use_rivals",
        ),
        {
            "gsp_use_ind": "whether India still has the general preference on lines that the CEPA "
            "excludes is a question of law that no source answers; 0, as the schedule prints it",
            "consignments_with_trade": "how consignments grow with trade; turns an estimated slope "
            "into the spread, which the model takes from its own row",
        },
    ),
    "freight": (("macro/freight",), {}),
    "India's rates by line": (("tariffs/india_lines", "tariffs/india_coverage"), {}),
    "what the CEPA frees inside products": (("tariffs/partial_coverage",), {}),
    "inputs of the fund's plants": (
        ("fund/import_content",),
        {
            "input_content_98": "a special chapter belongs to no sector of the table",
            "input_content_99": "a special chapter belongs to no sector of the table",
        },
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_only_named_figures_of_a_family_are_assumed(economy: Economy, family: str) -> None:
    tables, reasons = FAMILIES[family]
    assumed: set[str] = set()
    for name in tables:
        table = economy.parameters.table(name)
        assumed |= set(table.loc[table["grade"] == "D", table.columns[0]])
    assert assumed == set(reasons)


def test_the_fund_s_inputs_are_those_of_the_table_of_2022(economy: Economy) -> None:
    """Plants buy what the window's industries buy, weighted as the fund's money is."""
    [lever] = Scenario.bundled("fund-2bn").levers
    assert isinstance(lever, FundLever)
    rate = economy.parameters.by_chapter("input_content", economy.chapters)
    rows = economy.parameters.table("fund/fund").set_index("name")
    for window in ("labour_intensive", "sunrise"):
        row = rows.loc[f"japanese_inputs_per_output_{window}"]
        mean = float((allocation(economy, lever, window) * rate).sum())
        assert float(row["value"]) == pytest.approx(mean, rel=0.05)
        assert row["grade"] == "C"
        assert float(row["low"]) < float(row["value"]) < float(row["high"])


def test_content_of_exports_is_the_whole_domestic_chain_of_2022(economy: Economy) -> None:
    """Clothing and made-ups have one sector: its purchases through the chain, raised to c.i.f."""
    table = economy.parameters.table("fund/input_coefficients")
    chain = table[table["table"] == "ICIO2022_whole_chain"].set_index("sector")
    textiles = float(chain.loc["C13T15", "domestic_chain_without_ships"])
    direct = float(chain.loc["C13T15", "direct_without_ships"])
    content = economy.parameters.by_chapter("input_content", ("61", "63"))
    assert content.tolist() == pytest.approx([1.05 * textiles] * 2, rel=1e-4)
    assert textiles > 1.5 * direct


@pytest.mark.parametrize("name", ["ntb-relief", "china-plus-one", "cepa-remaining-tariffs"])
def test_every_lever_s_exports_carry_their_japanese_inputs(economy: Economy, name: str) -> None:
    """Or the fund, which buys for its plants, would rank below levers that buy nothing."""
    result = cepasim.simulate(economy, Scenario.bundled(name))
    totals = result.totals.set_index("fiscal_year").loc["2030-31"]
    extra = totals["exports_usd_mn"] - totals["baseline_exports_usd_mn"]
    content = totals["input_content_usd_mn"]
    assert 0.0005 * extra < content < 0.01 * extra
