"""Groups of data: what one would have to find out to know which of them decides.

"How much of a barrier policy can remove" is one, "India's supply to Japan" another. Everything that
is drawn belongs to one group and one only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cepasim.core.language import mark
from cepasim.economy.uncertainty import Uncertainty


@dataclass(frozen=True)
class Group:
    """A group of figures.

    Attributes
    ----------
    key, label : str
    pattern : str
        Regular expression that the names of its figures match from their beginning.
    shape_only : bool
        Whether the figures are parts of a known total, so that "all low" means nothing.
    """

    key: str
    label: str
    pattern: str
    shape_only: bool = False


#: At most 20; the first that matches a name has it.
GROUPS = (
    Group("substitution", mark("Elasticities of substitution"), r"sigma_"),
    Group("demand", mark("Price elasticity of demand"), r"eta"),
    Group("india_supply", mark("India's supply to Japan"), r"epsilon_supply_ind_jpn"),
    Group("other_supply", mark("Supply of Japan, others and domestic firms"), r"epsilon_"),
    Group("all_barriers", mark("Size of all barriers together"), r"ntb_scale"),
    Group("barriers_japan", mark("Size of barriers in Japan"), r"nu_\w+_jpn|border_days_jpn"),
    Group("barriers_india", mark("Size of barriers in India"), r"nu_\w+_ind|border_days_ind"),
    Group(
        "actionable", mark("How much of a barrier policy can remove"), r"actionable_|border_ave_"
    ),
    Group(
        "rents",
        mark("Who gains from barriers, who pays for relief and the fund, and jobs"),
        r"rent_share|relief_cost_|cost_of_public_funds|japanese_ownership|discount_rate|jobs_",
    ),
    Group(
        "preference_use",
        mark("Use of preferences"),
        r"utilisation_|origin_|gsp_use|consignment|yen_per_",
    ),
    Group(
        "tariffs",
        mark("Tariffs not in the schedules"),
        r"roll_back_|schedule_|b15_|bangladesh_|partial_coverage_|prohibitive_|india_|surcharge_|agreement",
    ),
    Group("freight", mark("Freight and insurance"), r"freight_"),
    Group(
        "growth",
        mark("Growth of demand and of the pair's trade"),
        r"real_demand_growth|anchor_|growth ",
    ),
    Group(
        "fund_capital",
        mark("What the fund builds, and how fast"),
        r"disbursement_|subsidy_|additionality|output_capital_|depreciation|gestation_|ramp_|fund_",
    ),
    Group(
        "fund_markets",
        mark("Where the fund's plants sell"),
        r"export_share|japan_share_|captive_",
    ),
    Group(
        "fund_purchases",
        mark("What the fund's plants buy in Japan"),
        r"japanese_|capital_goods_",
    ),
    Group("import_content", mark("Japanese inputs in India's exports"), r"input_content"),
    Group(
        "lags",
        mark("How fast trade responds"),
        r"lag_|sourcing_|us_redirection_|third_market_|exchange_rate_",
    ),
    Group("bilateral", mark("India-Japan trade by chapter"), r"bilateral ", shape_only=True),
    Group(
        "markets",
        mark("Other sources and domestic sales"),
        r"imports |domestic |size_follows_partner",
        shape_only=True,
    ),
)
assert len(GROUPS) <= 20


def group_of(name: str) -> Group:
    """Group of a figure by its name.

    Raises
    ------
    KeyError
        If it has none.
    """
    for group in GROUPS:
        if re.match(group.pattern, name):
            return group
    raise KeyError(f"{name}: in no group of figures")


def score_groups(uncertainty: Uncertainty) -> NDArray[np.bool_]:
    """Which scores belong to which group, shape (len(GROUPS), D).

    Raises
    ------
    ValueError
        If a score moves figures of two groups.
    """
    member = np.zeros((len(GROUPS), uncertainty.dimensions), dtype=bool)
    places = {group.key: place for place, group in enumerate(GROUPS)}
    for block in uncertainty.blocks:
        for name, own, common in zip(block.names, block.own, block.common, strict=True):
            row = places[group_of(name).key]
            for score in (own, common):
                if score >= 0:
                    member[row, score] = True
    shared = np.flatnonzero(member.sum(axis=0) > 1)
    if shared.size:
        raise ValueError(f"scores {shared[:5]} move figures of two groups")
    return member
