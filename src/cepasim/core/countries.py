"""The two countries of the agreement: their codes, their partners, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

JAPAN: Final = "JPN"
INDIA: Final = "IND"
#: The pair, importer by importer, in the order of every table.
PAIR: Final = (JAPAN, INDIA)
#: The other country of the pair.
PARTNER: Final[Mapping[str, str]] = MappingProxyType({JAPAN: INDIA, INDIA: JAPAN})
COUNTRY: Final[Mapping[str, str]] = MappingProxyType({JAPAN: "Japan", INDIA: "India"})
ADJECTIVE: Final[Mapping[str, str]] = MappingProxyType({JAPAN: "Japanese", INDIA: "Indian"})
#: What stands for a country in the name of a column, such as ``duty_japan_usd_mn``.
COLUMN_NAME: Final[Mapping[str, str]] = MappingProxyType({JAPAN: "japan", INDIA: "india"})
#: The flow into an importer's market, seen from India.
FLOW_INTO: Final[Mapping[str, str]] = MappingProxyType({JAPAN: "export", INDIA: "import"})
