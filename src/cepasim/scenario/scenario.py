"""A scenario: levers as validated, immutable data over a horizon.

What a file may say about a lever, and what it does, is the lever's own business (``levers``).
Whatever is wrong with a file is reported at once, with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, InstanceOf, model_validator

from cepasim.core.arrays import Ints
from cepasim.core.fiscal_year import FiscalYear, parse_fiscal_year
from cepasim.core.immutable import FrozenMapping
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem
from cepasim.core.yaml_lines import read_yaml
from cepasim.economy.barriers import BARRIERS_TEXT
from cepasim.economy.elasticities import SOURCES_TEXT
from cepasim.economy.variants import CENTRAL
from cepasim.levers.fields import LAST_FISCAL_YEAR, Frozen, Horizon, Override, fault
from cepasim.levers.lever import Lever
from cepasim.products.classification import Classification
from cepasim.scenario import overrides, texts
from cepasim.scenario.bundled import bundled_path
from cepasim.scenario.clauses import ENDINGS, read_clauses, write_clauses
from cepasim.scenario.early import refuse_early
from cepasim.scenario.overlaps import check_overlaps
from cepasim.scenario.placing import UNREAD, Placed
from cepasim.scenario.reading import MAX_BYTES, complain_at, scenario_from
from cepasim.scenario.writing import scenario_text

if TYPE_CHECKING:
    from cepasim.economy.economy import Economy
    from cepasim.params.parameters import Parameters

LeverT = TypeVar("LeverT", bound=Lever)


def _line_of_text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError
    return text


class Scenario(Frozen):
    """A named set of levers over a horizon. Immutable, hashable, equal by content.

    Attributes
    ----------
    name, description : str
    horizon : str
        Last fiscal year of the path.
    time : {"path", "long_run"}
        Year by year, or comparative statics on the benchmark.
    variant : str
        How the reference goes on after the last published year: a variant of the parameter folder,
        or the path of a file like ``reference/growth.csv``; ``reference`` in a file.
    levers : tuple of Lever
    elasticities : {"gtap", "fgo", "broda_weinstein", "boehm"} or None
        Source of the elasticities of substitution; None leaves those of the economy.
    barriers : {"own", "kno"} or None
        Source of the barriers at India's border; None leaves those of the economy.
    level : {"chapter", "hs4", "hs6"} or None
        What a market is; None leaves the economy as it was loaded.
    refine : tuple of str
        Chapters to split, all of them where none is named; into subheadings unless ``level`` says.
    parameters : mapping of str to float
        Parameters that replace those of the folder, by name.
    """

    name: Annotated[
        str,
        Field(strict=True, max_length=200, description=texts.NAME),
        AfterValidator(_line_of_text),
    ]
    description: Annotated[str, Field(strict=True, description=texts.TEXT)] = ""
    horizon: Horizon = LAST_FISCAL_YEAR
    time: Annotated[Literal["path", "long_run"], Field(description=texts.TIME)] = "path"
    variant: Annotated[
        str,
        Field(alias="reference", strict=True, description=texts.VARIANT),
        AfterValidator(_line_of_text),
    ] = CENTRAL
    levers: Annotated[tuple[InstanceOf[Lever], ...], Field(description=texts.LEVERS)] = ()
    elasticities: Annotated[
        Literal["gtap", "fgo", "broda_weinstein", "boehm"] | None, Field(description=SOURCES_TEXT)
    ] = None
    barriers: Annotated[Literal["own", "kno"] | None, Field(description=BARRIERS_TEXT)] = None
    level: Annotated[Literal["chapter", "hs4", "hs6"] | None, Field(description=texts.LEVEL)] = None
    refine: Annotated[
        tuple[Annotated[str, Field(strict=True, pattern=r"^\d\d$")], ...],
        AfterValidator(lambda chapters: tuple(sorted(set(chapters)))),
        Field(description=texts.REFINE),
    ] = ()
    parameters: Annotated[
        Mapping[str, Override],
        AfterValidator(FrozenMapping),
        Field(description=texts.PARAMETERS),
    ] = FrozenMapping({})

    @model_validator(mode="after")
    def _inside_horizon(self) -> Self:
        for lever in self.levers:
            if lever.start > self.horizon:
                said = tr(
                    "levers that start by the horizon {horizon}, not {start}",
                    horizon=self.horizon,
                    start=lever.start,
                )
                raise fault(said)
        return self

    @model_validator(mode="after")
    def _split_into_something(self) -> Self:
        if self.level == "chapter" and self.refine:
            raise fault(tr("level: hs4 or hs6 where refine names chapters to split, or no refine"))
        return self

    @property
    def staged(self) -> bool:
        """Whether it is a path of years; else everything is in force at once."""
        return self.time == "path"

    @property
    def variant_is_file(self) -> bool:
        """Whether the reference's growth is read from a file of the user's."""
        return self.variant.endswith(".csv")

    def years_from(self, base_year: FiscalYear) -> Ints:
        """First calendar years of the fiscal years it is solved for.

        Parameters
        ----------
        base_year : FiscalYear
            Of the economy.

        Returns
        -------
        ndarray of int, shape (Y,)
            The base year alone where everything is in force at once.

        Raises
        ------
        InputError
            For levers that start before the benchmark is over.
        """
        refuse_early(self.levers, self.horizon, base_year)
        years = parse_fiscal_year(self.horizon) - base_year.first if self.staged else 0
        return base_year.first + np.arange(years + 1)

    @classmethod
    def reference(cls) -> Scenario:
        """Return the scenario without levers."""
        return cls(name="reference")

    @classmethod
    def bundled(cls, name: str) -> Scenario:
        """Open a scenario that comes with the program.

        Parameters
        ----------
        name : str
            One of :func:`cepasim.scenarios`.

        Raises
        ------
        InputError
            Where there is none of that name.

        Examples
        --------
        >>> import cepasim
        >>> len(cepasim.Scenario.bundled("ntb-relief").levers) > 0
        True
        """
        return cls.read(bundled_path(name))

    @classmethod
    def read(
        cls,
        path: str | Path,
        classification: Classification | None = None,
        parameters: Parameters | None = None,
    ) -> Scenario:
        """Read a scenario file.

        Parameters
        ----------
        path : str or Path
            YAML in UTF-8, at most ``MAX_BYTES``; or a clause sheet (``.xlsx``, ``.docx``).
        classification : Classification, optional
            What selections are checked against; the bundled one by default.
        parameters : Parameters, optional
            Where given, the names and values under ``parameters:`` are checked against it.

        Raises
        ------
        InputError
            With every problem of the file: file, line, field, value and what is allowed.
        """
        if not isinstance(path, str | Path):
            raise InputError(
                [Problem(UNREAD, None, "path", path, tr("the path of a scenario file"))]
            )
        if Path(path).suffix in ENDINGS:
            data, lines = read_clauses(Path(path))
            return scenario_from(cls, data, str(path), lines, (), classification, parameters)
        content = read_yaml(Path(path), MAX_BYTES)
        return scenario_from(
            cls,
            content.data,
            str(path),
            content.lines,
            content.problems,
            classification,
            parameters,
        )

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        classification: Classification | None = None,
        parameters: Parameters | None = None,
    ) -> Scenario:
        """Build a scenario from the same structure a file has.

        Parameters
        ----------
        data : mapping
            ``name``, ``levers`` and whatever else a file may have.
        classification, parameters : optional
            As in `read`.

        Returns
        -------
        Scenario
            With every default filled in.

        Raises
        ------
        InputError
            With every problem: field, value and what is allowed.
        """
        return scenario_from(cls, data, UNREAD, {}, (), classification, parameters)

    def to_dict(self) -> dict[str, Any]:
        """Return the structure ``from_dict`` takes, with every default filled in.

        Returns
        -------
        dict
            Plain values, as YAML can write them.
        """
        return {
            "name": self.name,
            **({"description": self.description} if self.description else {}),
            "horizon": self.horizon,
            "time": self.time,
            **({"reference": self.variant} if self.variant != CENTRAL else {}),
            "levers": [lever.as_written() for lever in self.levers],
            **({"elasticities": self.elasticities} if self.elasticities else {}),
            **({"barriers": self.barriers} if self.barriers else {}),
            **({"level": self.level} if self.level else {}),
            **({"refine": list(self.refine)} if self.refine else {}),
            "parameters": dict(self.parameters),
        }

    def to_yaml(self) -> str:
        """Return the scenario as the text of a scenario file; reading it gives an equal one.

        Returns
        -------
        str
            YAML.
        """
        return scenario_text(self.to_dict())

    def clause_sheet(self, path: str | Path, economy: Economy | None = None) -> None:
        """Write the scenario as clauses with the staging of every line; `read` reads it back.

        Parameters
        ----------
        path : str or Path
            Ends in ``.xlsx`` (staging line by line) or ``.docx`` (lines of one staging together).
        economy : Economy, optional
            Whose duties are staged; the bundled one by default.

        Raises
        ------
        InputError
            For another ending.
        OSError
            If the file cannot be written; what was there before is then still there.
        """
        from cepasim.economy.loading import load  # most scenarios are never written so

        under = self.economy_under(load() if economy is None else economy).by_chapter
        years = self.years_from(under.base_year)
        write_clauses(self.to_dict(), self.levers, years, under, Path(path))

    def economy_under(self, economy: Economy) -> Economy:
        """Return the economy at the scenario's level, with its sources and parameters.

        Parameters
        ----------
        economy : Economy
            As loaded.

        Returns
        -------
        Economy
            The one given where the scenario changes none.

        Raises
        ------
        InputError
            For an override that is no parameter or has no effect, or a chapter that is not there.
        """
        economy = economy.with_elasticities(self.elasticities).with_barriers(self.barriers)
        if self.level is not None or self.refine:
            economy = economy.at_level(self.level or "hs6", self.refine or None)
        return overrides.overridden(economy, self.parameters)

    @property
    def bare(self) -> Scenario:
        """The scenario without what `economy_under` has already put into an economy."""
        done = {"parameters": FrozenMapping({}), "level": None, "refine": ()}
        return self.model_copy(update=done)

    def levers_of(self, kind: type[LeverT]) -> tuple[LeverT, ...]:
        """Levers of one class, in order.

        Parameters
        ----------
        kind : type
            A class of levers.

        Returns
        -------
        tuple of Lever
            Empty where there is none.
        """
        return tuple(lever for lever in self.levers if isinstance(lever, kind))

    def check(self, classification: Classification) -> None:
        """Check selections, codes and overlaps of a scenario that was built in Python.

        Parameters
        ----------
        classification : Classification
            What selections are checked against.

        Raises
        ------
        InputError
            With every problem.
        """
        problems = Placed(UNREAD, {})
        selections = {}
        for index, lever in enumerate(self.levers):
            [(kind, settings)] = lever.as_written().items()
            selections[index] = type(lever).check_settings(
                settings, classification, complain_at(problems, ("levers", index, kind))
            )
        check_overlaps(dict(enumerate(self.levers)), selections, classification, problems)
        if problems.found:
            raise InputError(problems.found)
