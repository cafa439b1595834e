"""What produced an output: enough to get the same numbers again, and to see why they differ."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import metadata
from types import MappingProxyType

PROGRAM = "cepasim"
# The packages whose version can move a digit of a result or the bytes of a file.
PACKAGES = ("numpy", "scipy", "pandas", "pydantic", "pandera", "pyyaml", "pyarrow", "openpyxl")
#: What a scenario is called: the same levers have other words in another language.
_WORDS = ("name", "description")
_NOTHING: Mapping[str, object] = MappingProxyType({})


def manifest(
    *,
    engine: str,
    scenario_text: str,
    parameter_digest: str,
    overrides: Mapping[str, object] = _NOTHING,
    benchmark: Mapping[str, object] = _NOTHING,
    options: Mapping[str, object] = _NOTHING,
    created: datetime | None = None,
    scenario: Mapping[str, object] = _NOTHING,
) -> dict[str, object]:
    """Describe a run so that it can be repeated.

    The same arguments on the same installation give the same manifest: the clock is not read.

    Parameters
    ----------
    engine : str
        Name of the engine, such as ``"armington"``.
    scenario_text : str
        The scenario as YAML text; kept whole, with its digest.
    parameter_digest : str
        SHA-256 of the parameter folder, overrides included.
    overrides : mapping
        Parameters changed against the folder, by name.
    benchmark : mapping
        Metadata of the benchmark (version, method, date of the estimate).
    options : mapping
        Everything else that was asked for, such as the output format.
    created : datetime, optional
        Moment of the run, with a time zone; written in UTC. Left out of the manifest unless given.
    scenario : mapping, optional
        The scenario as a structure: with it the manifest has a digest of what acts, which is the
        same whatever the scenario is called and in whatever language.

    Returns
    -------
    dict
        Plain values only, ready for JSON; keys in a fixed order.

    Raises
    ------
    TypeError
        If a value cannot be written as JSON.
    ValueError
        If `created` has no time zone.
    """
    described: dict[str, object] = {
        "program": PROGRAM,
        "version": _version(PROGRAM),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "engine": engine,
        "parameter_digest": parameter_digest,
        "overrides": _plain(overrides, "overrides"),
        "benchmark": _plain(benchmark, "benchmark"),
        "options": _plain(options, "options"),
        "scenario_sha256": hashlib.sha256(scenario_text.encode()).hexdigest(),
        "scenario": scenario_text,
    }
    if scenario:
        described["acting_sha256"] = _digest_of_what_acts(scenario)
    if created is not None:
        if created.tzinfo is None:
            raise ValueError("created: a moment without a time zone; give it one, such as UTC")
        described["created"] = created.astimezone(UTC).isoformat(timespec="seconds")
    return described


def _digest_of_what_acts(scenario: Mapping[str, object]) -> str:
    acting = {key: item for key, item in scenario.items() if key not in _WORDS}
    text = json.dumps(_plain(acting, "scenario"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _version(package: str) -> str:
    """Version of an installed package, or ``"unknown"`` in a bare source tree."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _plain(value: object, where: str) -> object:
    """Turn a value into what JSON knows; YAML dates become text, tuples lists."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item, where) for item in value), key=str)
    if isinstance(value, date):
        return value.isoformat()
    scalar = getattr(value, "item", None)  # a NumPy scalar
    if scalar is not None and getattr(value, "ndim", None) == 0:
        return _plain(scalar(), where)
    raise TypeError(f"{where}: {type(value).__name__} cannot be written to a manifest")
