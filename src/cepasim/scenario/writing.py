"""A scenario as the text of a scenario file: one lever a line, codes in quotes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def scenario_text(content: Mapping[str, Any]) -> str:
    """Write what ``Scenario.to_dict`` gives; reading it gives an equal scenario."""
    rest = dict(content)
    levers = [f"  - {_flow(lever)[1:-1]}\n" for lever in rest.pop("levers")]
    overrides = {"parameters": rest.pop("parameters")}
    written = _dump(rest) + ("levers:\n" if levers else "levers: []\n") + "".join(levers)
    return written + _dump(overrides)


class _Dumper(yaml.SafeDumper):
    """Write HS codes in quotes, so that no reader of YAML takes them for numbers."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = "'" if text.isdecimal() else None
        return self.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(str, _Dumper.represent_text)  # codes out of a NumPy array


def _dump(content: Mapping[str, Any]) -> str:
    """Write a mapping one key a line."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _flow(content: Mapping[str, Any]) -> str:
    """Write a mapping on one line, in braces."""
    return yaml.dump(
        content,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=1_000_000,
    ).strip()


def cell_text(value: Any) -> str:
    """Write a value as text in one line that YAML reads as the same."""
    return _flow({"v": value})[len("{v: ") : -1]
