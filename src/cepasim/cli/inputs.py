"""What the commands read: parameter folders and scenarios, bundled ones included."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from cepasim.cli.errors import refuse
from cepasim.cli.options import EconomyLevel, ParameterFolder
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem, closest

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.scenario.scenario import Scenario


def read_inputs(
    scenario: str,
    params: Path | None,
    reference: str | None = None,
    level: str | None = None,
    elasticities: str | None = None,
    barriers: str | None = None,
) -> tuple[Economy, Scenario, Path]:
    """Read both inputs and report the problems of both together.

    A variant of the reference and a level that are asked for take the place of the scenario's own;
    a source of elasticities or barriers does not: of two that differ neither is meant.
    """
    import cepasim
    from cepasim.scenario.sources import other_source

    problems: list[Problem] = []
    read = economy = file = None
    asked: dict[str, object] = {}
    try:
        check_folder_exists(params)
        check_sources(elasticities, barriers)
        economy = cepasim.load(params, elasticities=elasticities, barriers=barriers)
        asked |= level_named(level, economy.classification.chapters)
    except InputError as error:
        problems += error.problems
    try:
        file = scenario_file(scenario)
        # With the parameters at hand, a misspelt override is reported with its line.
        known = (economy.classification, economy.parameters) if economy is not None else ()
        read = cepasim.Scenario.read(file, *known)
    except InputError as error:
        problems += error.problems
    if economy is not None and read is not None:
        found = (
            other_source(read, elasticities),
            other_source(read, barriers, "barriers"),
        )
        problems += [
            replace(other, file=tr("command line"), field=f"--{other.field}")
            for other in found
            if other is not None
        ]
    if problems or read is None or economy is None or file is None:
        raise InputError(problems)
    if reference is not None:
        check_reference(economy, reference)
        asked["variant"] = reference
    return economy, read.model_copy(update=asked), file


class AskedLevel(TypedDict, total=False):
    """Level and chapters to split, as settings of a scenario; empty where none was asked for."""

    level: str
    refine: tuple[str, ...]


def level_named(written: str | None, known: Collection[str]) -> AskedLevel:
    """Read ``--level``: hs6, or hs6:87,64 for some chapters, as settings of a scenario.

    Parameters
    ----------
    written : str or None
    known : collection of str
        Chapters there are.
    """
    from cepasim.economy.split import LEVELS

    if written is None:
        return {}
    level, colon, named = written.partition(":")
    chapters = [one.strip() for one in named.split(",")] if colon else []
    if level not in LEVELS or (colon and level == "chapter"):
        names = separated(LEVELS)
        allowed = tr("one of {names}, or hs6:87,64", names=names) + closest(level, LEVELS)
        refuse("--level", written, allowed)
    for one in chapters:
        if one not in known:
            allowed = tr("chapters of two digits, such as hs6:87,64; not {code}", code=repr(one))
            refuse("--level", written, allowed)
    return {"level": level, "refine": tuple(sorted(set(chapters)))}


@dataclass(frozen=True)
class AskedEconomy:
    """What a command that reads no scenario works on: a parameter folder, at a level."""

    level: EconomyLevel = None
    params: ParameterFolder = None

    def load(self) -> Economy:
        """Load it."""
        import cepasim

        check_folder_exists(self.params)
        economy = cepasim.load(self.params)
        asked = level_named(self.level, economy.classification.chapters)
        return economy.at_level(asked["level"], asked["refine"] or None) if asked else economy


def check_reference(economy: Economy, reference: str) -> None:
    """Refuse ``--reference`` that is neither a variant nor a sound file of one."""
    from cepasim.economy.variants import variant_named

    try:
        variant_named(reference, economy.ground.variants, economy.classification)
    except InputError as error:
        for problem in error.problems:
            if problem.field == "reference":
                refuse("--reference", reference, problem.allowed)
        raise


def check_sources(elasticities: str | None, barriers: str | None) -> None:
    """Refuse ``--elasticities`` or ``--barriers`` that is not a source."""
    from cepasim.economy.barriers import check_barriers
    from cepasim.economy.elasticities import check_source

    try:
        _ = elasticities is None or check_source(elasticities)
        _ = barriers is None or check_barriers(barriers)
    except InputError as error:
        for problem in error.problems:
            refuse(f"--{problem.field}", str(problem.value), problem.allowed)


def check_folder_exists(params: Path | None) -> None:
    """Refuse ``--params`` that is not a folder."""
    if params is not None and not params.is_dir():
        refuse("--params", str(params), tr("an existing parameter folder"))


def scenario_file(scenario: str) -> Path:
    """Find a scenario: a file as named, else the bundled one of that name."""
    file = Path(scenario)
    if file.is_file():
        return file
    bundled = bundled_scenarios()
    name = scenario.removesuffix(".yaml")
    if name in bundled:
        return bundled[name]
    allowed = tr("a scenario file, or one of {names}", names=separated(bundled))
    refuse("SCENARIO", scenario, allowed + closest(name, bundled))


def bundled_scenarios() -> dict[str, Path]:
    """Files of the bundled scenarios by name."""
    from cepasim.scenario.bundled import bundled_path, scenarios

    return {name: bundled_path(name) for name in scenarios()}
