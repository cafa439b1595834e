"""What marks a result as made with other figures or assumptions than the program comes with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from cepasim.core.language import mark, now, ntr, tr
from cepasim.core.numbers import value
from cepasim.economy.barriers import OWN as OWN_BARRIERS
from cepasim.economy.elasticities import OWN
from cepasim.economy.variants import CENTRAL
from cepasim.levers.words import listed
from cepasim.params import words
from cepasim.params.loading import load_parameters
from cepasim.scenario.naming import detail_in_words
from cepasim.scenario.scenario import Scenario
from cepasim.tables.result_tables import ResultTables

#: Assumptions named before the rest are counted.
_NAMED = 6
#: How the manifest of a run says whose figures it was made with.
BUNDLED, OWN_FOLDER = "bundled", "own"
OWN_FIGURES = mark(
    "Made with the user's own figures, not those of the program: every number rests on them."
)


def overrides_in_words(
    scenario: Scenario, figures: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[str, ...]:
    """Say which parameters a scenario changes.

    Parameters
    ----------
    scenario : Scenario
    figures : mapping of str to mapping, optional
        Row of each parameter in the figures, whose value is named beside the changed one.
    """
    number = len(scenario.parameters)
    if not number:
        return ()
    own, named = figures or {}, _rows()
    changed = (
        _beside_its_own(own[name], new) if name in own else _alone(named.get(name), name, new)
        for name, new in scenario.parameters.items()
    )
    return (
        ntr(
            "{n} assumption changed: {changed}.",
            "{n} assumptions changed: {changed}.",
            number,
            changed=listed(changed, _NAMED),
        ),
    )


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    """Rows of the program's own parameters by name: what each is, and its unit."""
    rows = load_parameters().rows.set_index("name", drop=False)
    return {
        str(name): {str(column): cell for column, cell in row.items()}
        for name, row in rows.to_dict("index").items()
    }


def _alone(row: Mapping[str, Any] | None, name: str, new: float) -> str:
    if row is None:
        return tr("{name}: {item}", name=words.name_in_words(name), item=value(new))
    item = words.amount(new, str(row["unit"]))
    return tr("{name}: {item}", name=words.in_words(row), item=item)


def _beside_its_own(row: Mapping[str, Any], new: float) -> str:
    unit = str(row.get("unit") or "")
    return tr(
        "{name}: {new} ({old} in the figures)",
        name=words.in_words(row),
        new=words.amount(new, unit),
        old=words.amount(float(row["value"]), unit),
    )


def assumptions_in_words(
    scenario: Scenario, figures: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[str, ...]:
    """Say which assumptions of a scenario differ from those the program comes with.

    Parameters
    ----------
    scenario, figures
        As in `overrides_in_words`.
    """
    said = []
    if scenario.elasticities not in (None, OWN):
        said.append(tr("Elasticities of substitution from {source}.", source=scenario.elasticities))
    if scenario.barriers not in (None, OWN_BARRIERS):
        said.append(tr("Barriers at India's border from {source}.", source=scenario.barriers))
    if scenario.variant != CENTRAL:
        variant = tr(scenario.variant.replace("_", " "))
        said.append(tr("Reference path: {variant}, not the central one.", variant=variant))
    if (detail := detail_in_words(scenario)) is not None and scenario.level != "chapter":
        said.append(tr("Markets are {detail}.", detail=now(detail)))
    return (*overrides_in_words(scenario, figures), *said)


def marks(result: ResultTables) -> tuple[str, ...]:
    """Return what a reader of any file of a result must see first; empty where nothing is changed.

    Parameters
    ----------
    result : ResultTables
    """
    own = own_figures(result)
    return ((own,) if own else ()) + assumptions_in_words(result.scenario)


def own_figures(result: ResultTables) -> str:
    """Say that a result was made with the user's own figures; empty where it was not."""
    options = result.manifest.get("options")
    own = isinstance(options, Mapping) and options.get("figures") == OWN_FOLDER
    return tr(OWN_FIGURES) if own else ""
