"""``cepasim scenarios``: what comes with the program."""

from __future__ import annotations

from pathlib import Path

import typer

from cepasim.cli.errors import reporting
from cepasim.cli.inputs import bundled_scenarios
from cepasim.cli.options import Debug
from cepasim.core.language import tr


def scenarios(debug: Debug = False) -> None:
    """List the bundled scenarios with a line on each."""
    with reporting(debug):
        bundled = bundled_scenarios()
        width = max((len(name) for name in bundled), default=0)
        for name, file in bundled.items():
            typer.echo(f"{name:<{width}}  {_description(file)}")


def _description(file: Path) -> str:
    """Line on a scenario file: its description, else its name."""
    from cepasim.core.yaml_lines import read_yaml
    from cepasim.scenario.reading import MAX_BYTES

    content = read_yaml(file, MAX_BYTES).data
    words = str(content.get("description") or content["name"]).split()
    said = " ".join(words)
    return tr(said)
