"""Bad links and parameters tried on the page: what is given, and the words that must answer it."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping

#: Name, kind ("refused": not read; "failed": read, cannot be run; "harmless"), expected words.
CASES: list[tuple[str, str, str]] = []
#: Name -> the query of the link.
QUERIES: dict[str, Mapping[str, str]] = {}

_TARIFF = {
    "tariff": {"importer": "JPN", "select": {"all": True}, "cut": "eliminate", "start": "2026-27"}
}


def token(content: object) -> str:
    """Pack any content as a link's letters."""
    packed = zlib.compress(json.dumps(content).encode(), level=9)
    return "1." + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _case(name: str, kind: str, words: str, query: Mapping[str, str]) -> None:
    CASES.append((name, kind, words))
    QUERIES[name] = query


def _assumed(name: str, value: float) -> Mapping[str, str]:
    return {"s": token({"name": "x", "levers": [_TARIFF], "parameters": {name: value}})}


_case("link of another version", "refused", "begins with 1.", {"s": "2.abc"})
_case("link cut short", "refused", "a complete link", {"s": "1.eJxx"})
_case("link too long", "refused", "at most", {"s": "1." + "A" * 20_000})
_case(
    "picture in a name", "refused", "one of full-package", {"scenario": "![](http://a.example/b)"}
)
_case("path for a name", "refused", "one of full-package", {"scenario": "../../etc/passwd"})
_case("NaN", "refused", "a number", _assumed("epsilon_supply_ind_jpn", float("nan")))
_case("growth of 1000 %", "refused", "0.5 or less", _assumed("real_demand_growth_ind", 10.0))
_case("negative elasticity", "refused", "eta", _assumed("eta", -1.0))
_case("share above 1", "refused", "1 or less", _assumed("lag_first_year", 50.0))
_case("unknown parameter", "refused", "eta", _assumed("etta", 1.0))
for _size in (1e4, 1e5, 1e300):
    _case(f"sigma of {_size:g}", "refused", "100 or less", _assumed("sigma_import_03", _size))
_case("eta of 1e300", "refused", "20 or less", _assumed("eta", 1e300))
_case("infinite supply", "harmless", "", _assumed("epsilon_supply_ind_jpn", float("inf")))
_case("year beyond the horizon", "harmless", "", {"scenario": "full-package", "year": "9999-00"})
_case("first horizon", "harmless", "", {"s": token({"name": "x", "horizon": "2024-25"})})
