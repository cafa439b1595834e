"""Every form of the quota lever, with the signs of its effects."""

from __future__ import annotations

from cepasim.levers.lever import Example

_FISH = {
    "importer": "JPN",
    "select": {"hs": ["03"]},
    "share_of_benchmark_percent": 80,
    "over_rate_percent": 100,
    "start": "2026-27",
}

#: Cars beyond the quota pay less than the 125 % of today.
_CARS = {
    "importer": "IND",
    "select": {"hs": ["8703"]},
    "usd_mn": [200, 300, 400],
    "in_rate_percent": [30, 20, 10],
    "over_rate_percent": 95,
    "start": "2027-28",
}

QUOTA_EXAMPLES: tuple[Example, ...] = (
    Example("share", _FISH, "----0", "a fifth less fish; what it is dearer by is rent, not duty"),
    Example(
        "exporter's rent",
        _FISH | {"importer": "IND", "select": {"hs": ["72"]}, "rent": "exporter"},
        "0-+0-",
        "the same on India's border, whoever owns the rent",
    ),
    Example(
        "rival",
        _FISH | {"source": "CHN", "select": {"hs": ["61"]}},
        "++++0",
        "a rival that must stay within a quota leaves room",
    ),
    Example(
        "dollars",
        {
            "importer": "IND",
            "select": {"hs": ["87"]},
            "usd_mn": 2000,
            "in_rate_percent": 10,
            "over_rate_percent": 125,
            "start": "2026-27",
        },
        "0+-0-",
        "more than is sold today, at 10 %: what pays less goes on doing so",
    ),
    Example(
        "by year",
        _CARS | {"rent": "exporter"},
        "0+-0?",
        "cars alone, below the 125 % they pay today both within and beyond the quota",
    ),
    Example(
        "rival's cars",
        _CARS | {"source": "EU27", "usd_mn": [1000, 1500, 2000]},
        "0-+0-",
        "a rival becomes cheaper and Japan loses; parts of cars are not touched",
    ),
)
