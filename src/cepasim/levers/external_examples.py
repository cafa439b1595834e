"""Every form of the external lever, with the signs of its effects."""

from __future__ import annotations

from cepasim.levers.lever import Example

_COSTS = {"source": "IND", "select": {"all": True}, "cost_percent": -2, "start": "2026-27"}
_CLOSING = {"market": "USA", "tariff_on": "IND", "start": "2026-27"}
_DEMAND = {"demand_in": "JPN", "demand_percent": -5, "start": "2026-27"}

EXTERNAL_EXAMPLES: tuple[Example, ...] = (
    Example("cost", _COSTS, "+????", "Indian costs fall at home and abroad"),
    Example(
        "rival's cost",
        _COSTS | {"source": "CHN", "select": {"section": "XI"}},
        "--?--",
        "a rival sells cheaper in both markets",
    ),
    Example(
        "redirection",
        _CLOSING,
        "++++0",
        "goods that lose their market are offered to Japan; the imports are their Japanese inputs",
    ),
    Example(
        "redirection, own share",
        _CLOSING | {"select": {"hs": ["61", "62"]}, "redirect_share": 0.3},
        "++++0",
        "the same for clothing, and as much of it as the file says",
    ),
    Example(
        "tariff by its rate",
        {"market": "USA", "tariff_percent": 50, "redirect_share": 0.15, "start": "2026-27"},
        "++++0",
        "what the duty drives out is offered to Japan: the higher it is, the more",
    ),
    Example(
        "lower tariff",
        {"market": "USA", "tariff_percent": 18, "start": "2026-27"},
        "++++0",
        "less is driven out; the usual share of it looks for buyers in Japan",
    ),
    Example(
        "demand",
        _DEMAND,
        "----0",
        "Japan buys less from everybody; the imports are the inputs of lost exports",
    ),
    Example(
        "demand in India",
        _DEMAND | {"demand_in": "IND", "demand_percent": 5, "select": {"hs": ["84"]}},
        "0+-0+",
        "India buys more machinery",
    ),
    Example(
        "demand, by market",
        {"market": "JPN", "demand_percent": 3, "start": "2026-27"},
        "++++0",
        "the same form in other words: Japan buys more from everybody",
    ),
)
