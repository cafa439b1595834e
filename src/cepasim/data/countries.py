"""Countries as files name them, and the source of the model that each belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cepasim.core.countries import INDIA, JAPAN, PAIR
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification

#: All partners together, and what no country is named for.
WORLD: Final = "W00"
REST: Final = "ROW"
_GROUPS: Final = {JAPAN: "group_in_japan", INDIA: "group_in_india"}


@dataclass(frozen=True)
class Countries:
    """The countries of the parameters.

    Attributes
    ----------
    iso : frozenset of str
    codes : mapping of (system, code in small letters) to ISO code
    sources : mapping of importer to (ISO code to source)
    """

    iso: frozenset[str]
    codes: Mapping[tuple[str, str], str]
    sources: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> Countries:
        """Read ``classification/countries`` and ``classification/country_codes``."""
        return _read(parameters)

    def find(self, text: str, *systems: str) -> str | None:
        """ISO code of what a file calls a country, looked for in some systems and among names.

        Returns
        -------
        str or None
            ``W00`` for all partners together, ``ROW`` for what has no country.
        """
        written = " ".join(text.strip("'’ ").split())
        if written.upper() in self.iso or written.upper() in self.sources[JAPAN]:
            return written.upper()
        number = written.lstrip("0") or "0" if written.isdigit() else written.lower()
        for system in systems:
            for shape in (written.lower(), number):
                if (system, shape) in self.codes:
                    return self.codes[system, shape]
        return self.codes.get(("name", written.lower()))

    def source(self, importer: str, iso: str) -> str:
        """Return the source in an importer's market that a country belongs to."""
        return self.sources[importer].get(iso, REST)


@lru_cache(maxsize=1)  # files are checked several at a time, all with the same parameters
def _read(parameters: Parameters) -> Countries:
    countries = parameters.table("classification/countries")
    codes = parameters.table("classification/country_codes")
    classification = Classification.from_parameters(parameters)
    named = {
        ("name", str(name).lower()): str(iso)
        for name, iso in zip(countries["name"], countries["iso3"], strict=True)
    }
    stated = {
        (str(row.system), str(row.code).lower()): str(row.iso3)
        for row in codes.itertuples(index=False)
    }
    sources: dict[str, dict[str, str]] = {}
    for importer in PAIR:
        own = classification.sources(importer)
        group = dict(zip(countries["iso3"], countries[_GROUPS[importer]], strict=True))
        sources[importer] = {iso: iso if iso in own else group[iso] or REST for iso in group}
        sources[importer] |= {code: code for code in own}
    return Countries(frozenset(countries["iso3"]), {**named, **stated}, sources)
