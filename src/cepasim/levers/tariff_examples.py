"""Every form of the tariff lever, with the signs of its effects."""

from __future__ import annotations

from cepasim.levers.lever import Example

_FISH = {"importer": "JPN", "select": {"hs": ["03"]}, "start": "2026-27"}
_CARS = {"importer": "IND", "select": {"hs": ["87"]}, "start": "2026-27"}
TARIFF_EXAMPLES = (
    Example(
        "eliminate",
        _FISH | {"cut": "eliminate"},
        "+++-0",
        "Indian fish lands cheaper; the imports are the Japanese inputs in the extra "
        "exports, a fraction of a cent per dollar",
    ),
    Example(
        "already zero",
        _FISH | {"select": {"hs": ["61", "62"]}, "cut": "eliminate"},
        "00000",
        "Japan's CEPA tariff on clothing is zero already",
    ),
    Example(
        "percent",
        _CARS | {"cut": {"percent": 50}},
        "0+-0?",
        "Japanese vehicles land cheaper in India; duty falls per unit and rises with trade",
    ),
    Example(
        "cap",
        _CARS | {"cut": {"cap": 20}},
        "0+-0?",
        "no vehicle pays more than 20 percent",
    ),
    Example(
        "rate",
        _CARS | {"cut": {"rate": 5}},
        "0+-0?",
        "one rate for every vehicle, far below most of today's",
    ),
    Example(
        "swiss",
        _CARS | {"cut": {"swiss": 16}},
        "0+-0?",
        "the highest rates fall by most",
    ),
    Example(
        "category",
        _CARS | {"select": {"hs": ["87"], "category": "X"}, "cut": "eliminate", "years": 5},
        "0+-0?",
        "the lines India excluded from the CEPA, and no others",
    ),
    Example(
        "line",
        _FISH | {"select": {"hs": ["160414092"]}, "cut": "eliminate"},
        "+++-0",
        "one nine-digit line, the cheapest of its product that is open to India",
    ),
    Example(
        "rival",
        _FISH | {"source": "CHN", "select": {"section": "XI"}, "cut": "eliminate"},
        "----0",
        "a rival's cut erodes India's preference, and with its exports their inputs and "
        "the duty on them",
    ),
    Example(
        "for some years",
        _CARS | {"cut": {"percent": 50}, "years": 2, "end": "2030-31"},
        "0+-0?",
        "the same for a time: duties are back after it",
    ),
    Example(
        "parity",
        {
            "importer": "JPN",
            "select": {"section": "IV"},
            "cut": {"match": "EU27"},
            "start": "2027-28",
            "years": 5,
        },
        "+++-0",
        "India pays on each line what the EU pays, where that is less",
    ),
    Example(
        "phases",
        {
            "importer": "IND",
            "select": {"hs": ["84"]},
            "phases": [
                {"cut": {"percent": 50}, "start": "2026-27"},
                {"cut": "eliminate", "start": "2028-29", "years": 3},
            ],
        },
        "0+-0-",
        "half now and the rest later; in the end no duty is left to collect from who claims",
    ),
    Example(
        "Swiss formula by its average",
        _CARS | {"cut": {"swiss_average": 10}},
        "0+-0?",
        "the coefficient that leaves ten percent on average",
    ),
    Example(
        "table",
        {
            "importer": "IND",
            "schedule": "offer.csv",
            "sha256": "c26186f13487fe1105fc9dd4bc848e22f7457d0ef384c17949ae56956c478a7c",
            "rows": [
                {"hs": ["8703"], "cut": {"percent": 50}, "start": "2026-27", "years": 5},
                {"hs": ["87032391"], "cut": {"rate": 30}, "start": "2028-29"},
            ],
        },
        "0+-0?",
        "a file names its table; what was read stands in the scenario, so that it can be sent",
    ),
)
