"""A scenario as the query of a link, and back. Pure functions; a link carries no figures.

A link is short and holds everything that was asked: ``?scenario=full-package`` for a bundled
scenario as it is, ``?s=1.<token>`` for any other, where the token is the scenario's own structure
(as in a scenario file) as compact JSON, compressed and in URL-safe letters. ``year`` is the fiscal
year on the screen, ``figures`` the beginning of the digest of the parameter folder, so that a
reader with other figures is warned, ``from`` the bundled scenario that this one is a change of, and
``lang`` and ``currency`` what its sender chose to read it in.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.params.parameters import Parameters
from cepasim.products.classification import Classification
from cepasim.scenario.reading import MAX_BYTES
from cepasim.scenario.scenario import Scenario
from cepasim.ui.speech import CURRENCY, LANGUAGE

VERSION = "1"
#: What browsers and mail programs carry without cutting; a longer link is refused unread.
MAX_TOKEN = 16_000
DIGEST_LENGTH = 12
#: Parameters of an address that are written and read here; a page may have others of its own.
NAMES = ("scenario", "s", "year", "figures", "from", LANGUAGE, CURRENCY)
_ORIGIN = "link"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link asks for.

    Attributes
    ----------
    scenario : Scenario
    fiscal_year : str or None
        The year on the screen of whoever sent it.
    figures : str or None
        Beginning of the digest of the sender's parameter folder.
    made_from : str or None
        Name of the bundled scenario it is a change of.
    """

    scenario: Scenario
    fiscal_year: str | None = None
    figures: str | None = None
    made_from: str | None = None


def token_of(scenario: Scenario) -> str:
    """Write a scenario as the letters, digits, ``-``, ``_`` and ``.`` of a link."""
    text = json.dumps(scenario.to_dict(), ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode("utf-8"), level=9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).rstrip(b'=').decode('ascii')}"


def fits(scenario: Scenario) -> bool:
    """Whether a link can carry a scenario; a schedule of thousands of lines goes as a file."""
    return len(token_of(scenario)) <= MAX_TOKEN


def scenario_of(
    token: str,
    classification: Classification | None = None,
    parameters: Parameters | None = None,
) -> Scenario:
    """Read a scenario back from the letters of a link.

    Raises
    ------
    InputError
        If the link is cut, changed or of another version, or asks for what is not allowed.
    """
    if len(token) > MAX_TOKEN:
        raise _broken(tr("{n} letters", n=len(token)), tr("at most {most} letters", most=MAX_TOKEN))
    version, _, packed = token.partition(".")
    if version != VERSION:
        allowed = tr("a link that begins with {version}.; it may have been cut", version=VERSION)
        raise _broken(token[:20], allowed)
    try:
        padded = packed.encode("ascii") + b"=" * (-len(packed) % 4)
        compressed = base64.b64decode(padded, altchars=b"-_", validate=True)
        # A short link may stand for an endless text: never unpack more than a file may hold.
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(compressed, MAX_BYTES)
        if not unpacker.eof or unpacker.unused_data:
            raise ValueError
        data = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError, binascii.Error, zlib.error):
        raise _broken(token[:20] + "…", tr("a complete link, as the page wrote it")) from None
    if not isinstance(data, Mapping):
        raise _broken(token[:20] + "…", tr("a complete link, as the page wrote it"))
    return without_files(Scenario.from_dict(data, classification, parameters))


def without_files(scenario: Scenario) -> Scenario:
    """Refuse a scenario from outside that names a file: a page reads no file of its server.

    Raises
    ------
    InputError
        If the variant of the reference is a file.
    """
    if scenario.variant_is_file:
        allowed = tr("the name of a variant; files are read by the command line and by Python only")
        raise InputError([Problem("scenario", None, "reference", scenario.variant, allowed)])
    return scenario


def query_of(
    scenario: Scenario,
    bundled: Mapping[str, Scenario],
    fiscal_year: str | None = None,
    digest: str = "",
    made_from: Scenario | None = None,
) -> dict[str, str]:
    """Return the query parameters that restore a scenario; none of it where it does not fit.

    Parameters
    ----------
    scenario : Scenario
    bundled : mapping of str to Scenario
        Scenarios that a link can name.
    fiscal_year : str, optional
        Year to show.
    digest : str, optional
        Digest of the parameter folder the figures come from.
    made_from : Scenario, optional
        What it is a change of; told where that is bundled.
    """
    name = _name_of(scenario, bundled)
    query = {"scenario": name} if name is not None else {"s": token_of(scenario)}
    if len(query.get("s", "")) > MAX_TOKEN:
        return {}
    if fiscal_year is not None:
        query["year"] = fiscal_year
    if digest:
        query["figures"] = digest[:DIGEST_LENGTH]
    if origin := _name_of(made_from, bundled):
        query["from"] = origin
    return query


def own_part(query: Mapping[str, str]) -> dict[str, str]:
    """Return those parameters of an address that are about what is shown."""
    return {name: query[name] for name in NAMES if name in query}


def _name_of(scenario: Scenario | None, bundled: Mapping[str, Scenario]) -> str | None:
    return next((key for key, other in bundled.items() if other == scenario), None)


def query_text(query: Mapping[str, str]) -> str:
    """Write query parameters as the part of an address that follows the page."""
    return "?" + urlencode(query)


def read_query(
    query: Mapping[str, str],
    bundled: Mapping[str, Scenario],
    classification: Classification | None = None,
    parameters: Parameters | None = None,
) -> Linked | None:
    """Return what the query parameters of a link ask for; None if they ask for nothing.

    Raises
    ------
    InputError
        If the link cannot be read or asks for what is not allowed.
    """
    if "s" in query:
        scenario = scenario_of(query["s"], classification, parameters)
    elif "scenario" in query:
        name = query["scenario"]
        if name not in bundled:
            raise _broken(name[:60], tr("one of {names}", names=separated(bundled)))
        scenario = bundled[name]
    else:
        return None
    return Linked(scenario, query.get("year"), query.get("figures"), query.get("from"))


def _broken(value: str, allowed: str) -> InputError:
    return InputError([Problem(_ORIGIN, None, "scenario", value, allowed)])
