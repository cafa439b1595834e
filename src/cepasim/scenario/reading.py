"""From the content of a scenario file to levers; whatever is wrong is reported at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cepasim.core.fiscal_year import FiscalYear
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import line_of, path_steps, read_yaml
from cepasim.economy.barriers import from_barriers
from cepasim.economy.elasticities import from_source
from cepasim.levers.cuts import CUTS_TEXT, NUMBER_TEXT
from cepasim.levers.every import LEVER_KINDS, LEVERS
from cepasim.levers.fields import (
    HS_TEXT,
    LAST_FISCAL_YEAR,
    OVERRIDE_TEXT,
    RULE,
    SHARE_TEXT,
    YEAR_TEXT,
    YEARS_TEXT,
    Frozen,
)
from cepasim.levers.lever import Complain, Lever
from cepasim.products.classification import Classification
from cepasim.products.selection import Selection
from cepasim.scenario.overlaps import check_overlaps
from cepasim.scenario.overrides import hidden, of_other_levers, without_effect
from cepasim.scenario.placing import UNREAD, Lines, Placed, Steps
from cepasim.scenario.table import with_rows

if TYPE_CHECKING:
    from cepasim.params.parameters import Parameters

MAX_BYTES = 1_000_000
#: A line-by-line offer of one country has as many.
MAX_LEVERS = 10_000

ModelT = TypeVar("ModelT", bound=Frozen)

# What is allowed one level below a field.
_INSIDE = {
    "cut": NUMBER_TEXT,
    "windows": SHARE_TEXT,
    "industries": SHARE_TEXT,
    "parameters": OVERRIDE_TEXT,
}
#: Lists of phases or rows inside a lever, and what each may hold.
_PARTS = ("phases", "rows")
_PART = {
    "hs": HS_TEXT,
    "cut": CUTS_TEXT,
    "start": YEAR_TEXT,
    "years": YEARS_TEXT,
}
_FILLED_IN = (("source",), ("to",))


def scenario_from(
    model: type[ModelT],
    data: object,
    file: str,
    lines: Lines,
    already: Iterable[Problem],
    classification: Classification | None,
    parameters: Parameters | None,
) -> ModelT:
    """Build a scenario from the content of a file; see ``Scenario.read``."""
    problems = Placed(file, lines)
    problems.found.extend(already)
    if data is None:
        problems.add((), None, tr("an empty file; a scenario has at least a name"))
    elif not isinstance(data, Mapping):
        text = tr("a mapping with name, horizon, time, levers, parameters")
        problems.add((), data, text)
    if not isinstance(data, Mapping):
        raise InputError(problems.found)
    header = {str(key): value for key, value in data.items() if key != "levers"}
    base = None if parameters is None else parameters.base_year
    scenario = _validated(model, header, (), problems, base_year=base)
    horizon = header.get("horizon", LAST_FISCAL_YEAR)
    if any(problem.field == "horizon" for problem in problems.found):
        horizon = LAST_FISCAL_YEAR
    given = classification
    classification = classification or Classification.bundled()
    levers, selections = _read_levers(
        data.get("levers", []), horizon, classification, parameters, problems
    )
    check_overlaps(levers, selections, classification, problems)
    if scenario is not None:
        header = dict(scenario)
        for place, chapter in enumerate(header.get("refine", ())):
            if chapter not in classification.chapters:
                near = closest(chapter, classification.chapters)
                problems.add(("refine", place), chapter, tr("a chapter such as '87'") + near)
    if parameters is not None and scenario is not None and header["parameters"]:
        chapters = (given or Classification.from_parameters(parameters)).chapters
        _check_overrides(header, _kinds(data.get("levers")), parameters, chapters, problems)
    if scenario is None or problems.found:
        raise InputError(sorted(problems.found, key=lambda problem: problem.line or 0))
    return scenario.model_copy(update={"levers": tuple(levers.values())})


def _read_levers(
    written: object,
    horizon: str,
    classification: Classification,
    parameters: Parameters | None,
    problems: Placed,
) -> tuple[dict[int, Lever], dict[int, Selection | None]]:
    """Levers that could be read and what they select, by their position in the list."""
    levers: dict[int, Lever] = {}
    selections: dict[int, Selection | None] = {}
    kinds = ", ".join(LEVER_KINDS)
    if not isinstance(written, list | tuple):
        problems.add(("levers",), written, tr("a list of levers; [] for none"))
        return levers, selections
    if len(written) > MAX_LEVERS:
        text = tr(
            "at most {number} levers; one lever may select many codes: hs: ['0301', ...]",
            number=f"{MAX_LEVERS:,}",
        )
        given = tr("{number} levers", number=f"{len(written):,}")
        problems.add(("levers",), given, text)
        return levers, selections
    for index, entry in enumerate(written):
        at = ("levers", index)
        if not isinstance(entry, Mapping) or len(entry) != 1:
            problems.add(at, entry, tr("one lever with its settings, of: {kinds}", kinds=kinds))
            continue
        [(kind, body)] = entry.items()
        path = (*at, str(kind))
        if kind not in LEVERS:
            meant = closest(kind, LEVER_KINDS)
            text = tr("unknown lever{meant}; allowed: {allowed}", meant=meant, allowed=kinds)
            problems.add(path, str(kind), text)
            continue
        if not isinstance(body, Mapping):
            text = tr("the settings of a {kind} lever, as a mapping", kind=kind)
            problems.add(path, body, text)
            continue
        complain = complain_at(problems, path)
        own: Mapping[str, Any] = {str(key): value for key, value in body.items()}
        if "rows" in LEVERS[kind].model_fields:
            own = with_rows(own, path, problems, classification)
        settings = LEVERS[kind].filled_in(own, parameters, complain)
        base = None if parameters is None else parameters.base_year
        lever = _validated(LEVERS[kind], settings, path, problems, horizon, base)
        selections[index] = LEVERS[kind].check_settings(settings, classification, complain)
        if lever is not None:
            levers[index] = lever
    return levers, selections


def complain_at(problems: Placed, path: Steps) -> Complain:
    """Return what notes problems below a path."""

    def complain(below: Steps, value: object, allowed: str) -> None:
        problems.add((*path, *below), value, allowed)

    return complain


def _validated(
    model: type[ModelT],
    content: Mapping[str, Any],
    path: Steps,
    problems: Placed,
    horizon: str = LAST_FISCAL_YEAR,
    base_year: FiscalYear | None = None,
) -> ModelT | None:
    """Build a model, or note everything wrong with its content."""
    try:
        return model.model_validate(
            dict(content), context={"horizon": horizon, "base_year": base_year}
        )
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            if error["type"] == "missing" and error["loc"] in _FILLED_IN:
                continue  # follows from the importer, which is what is wrong
            steps, value = _place(error, model)
            problems.add((*path, *steps), value, _allowed(error, model))
        return None


def _place(error: ErrorDetails, model: type[Frozen]) -> tuple[Steps, object]:
    """Path and value of a fault; a text "to: IND" names the field of a rule about several."""
    value = None if error["type"] == "missing" else error["input"]
    field, colon, _ = str(error.get("ctx", {}).get("text", "")).partition(": ")
    if colon and isinstance(value, Mapping) and (field in value or field in model.model_fields):
        return (*error["loc"], field), value.get(field)
    return error["loc"], value


def _allowed(error: ErrorDetails, model: type[Frozen]) -> str:
    """Say in words what would have been right."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    steps = [str(step) for step in error["loc"]]
    if error["type"] == RULE:
        return str(error.get("ctx", {})["text"])
    if steps and steps[0] in _PARTS and len(steps) > 2:
        if error["type"] == "extra_forbidden":
            return _unknown_key(steps[-1], _PART)
        return tr(_PART.get(steps[2], error["msg"]))
    if error["type"] == "extra_forbidden":
        return _unknown_key(steps[-1], fields)
    if len(steps) > 1 and steps[0] in _INSIDE:
        return tr(_INSIDE[steps[0]])
    field = fields.get(steps[0]) if steps else None
    return tr((None if field is None else field.description) or error["msg"])


def _unknown_key(key: str, known: Iterable[str]) -> str:
    names = list(known)
    meant, allowed = closest(key, names), ", ".join(names)
    return tr("unknown key{meant}; allowed: {allowed}", meant=meant, allowed=allowed)


def _kinds(written: object) -> set[str]:
    """Kinds of the levers of a file, also of those that could not be read."""
    listed = written if isinstance(written, list | tuple) else ()
    return {str(kind) for entry in listed if isinstance(entry, Mapping) for kind in entry}


def _check_overrides(
    header: Mapping[str, Any],
    kinds: Collection[str],
    parameters: Parameters,
    chapters: tuple[str, ...],
    problems: Placed,
) -> None:
    overrides: Mapping[str, float] = header["parameters"]
    try:
        for key, taken_from in (("elasticities", from_source), ("barriers", from_barriers)):
            if header.get(key):
                parameters = taken_from(parameters, header[key], chapters)
        parameters.with_overrides(dict(overrides))
        idle = [
            *without_effect(overrides),
            *of_other_levers(overrides, kinds),
            *hidden(parameters, overrides, chapters),
        ]
        for name, why in idle:
            problems.add(("parameters", name), overrides[name], why)
    except InputError as wrong:
        for problem in wrong.problems:
            name = problem.field if problem.field in overrides else str(problem.value)
            path = ("parameters", name) if name in overrides else ("parameters",)
            problems.add(path, problem.value, problem.allowed)


@contextmanager
def naming_lines(file: Path) -> Iterator[None]:
    """Give file and line to what turns out to be wrong with a scenario when it runs.

    What the data do not have (a line that is not in the schedule, more days saved than there
    are) is found only there.
    """
    try:
        yield
    except InputError as error:
        lines = read_yaml(file, MAX_BYTES).lines
        raise InputError(
            replace(problem, file=str(file), line=line_of(path_steps(problem.field), lines))
            if problem.file == UNREAD
            else problem
            for problem in error.problems
        ) from None
