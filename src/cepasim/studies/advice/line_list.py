"""A list of tariff lines to ask for: filtered, saved, and made into levers of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cepasim.core.arguments import refuse, whole_number
from cepasim.core.files import (
    refuse_foreign,
    replace_file,
    replace_folder,
    write_csv,
    write_manifest,
    write_text,
)
from cepasim.core.language import tr
from cepasim.core.manifest import manifest
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.workbook import write_workbook
from cepasim.core.yaml_lines import read_yaml
from cepasim.economy.economy import Economy
from cepasim.products.levels import at_level
from cepasim.scenario.scenario import Scenario
from cepasim.solution.solve import run
from cepasim.studies.advice.alone import START
from cepasim.studies.advice.columns import PRODUCT_LIST
from cepasim.studies.advice.traded import rival_rates

#: What can be asked for on a line, and the lever that gives it in full.
ASKS: Mapping[str, Mapping[str, Any]] = {
    "tariff": {"tariff": {"cut": "eliminate", "years": 1}},
    "origin": {"origin": {"cost_cut_percent": 100}},
    "barrier": {"ntb": {"type": "all", "relief_percent": 100}},
}
#: Size of a file of codes that is read.
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, eq=False)
class LineList:
    """Tariff lines to ask an importer for; immutable.

    Attributes
    ----------
    economy : Economy
    importer, year : str
    table : DataFrame
        A row for each line; columns of ``cepasim.studies.advice.columns.PRODUCT_LIST``.
    by_year : DataFrame
        Gain of each line by fiscal year up to ``year``, US$ million of 2023-24.
    """

    economy: Economy
    importer: str
    year: str
    table: pd.DataFrame
    by_year: pd.DataFrame

    def __repr__(self) -> str:
        """How many lines, of whom, and of which kinds."""
        kinds = self.table["ask"].replace("", "unknown rate").value_counts()
        text = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        return f"LineList({self.importer} in {self.year}: {len(self.table)} lines; {text})"

    def __len__(self) -> int:
        """Lines on it."""
        return len(self.table)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the lines, in order."""
        return tuple(self.table["line"])

    # -- parts of it -----------------------------------------------------------------------------

    def filter(
        self,
        ask: str | None = None,
        section: str | None = None,
        hs: str | None = None,
        least_gain: float | None = None,
        reason: str | None = None,
        grade: str | None = None,
    ) -> LineList:
        """Return the lines that meet every condition given.

        Parameters
        ----------
        ask : {"tariff", "origin", "barrier"}, optional
        section : str, optional
            Roman numeral.
        hs : str, optional
            Leading digits.
        least_gain : float, optional
            US$ million.
        reason : str, optional
            Words within the reasons of sensitivity; ``""`` keeps lines without any.
        grade : {"A", "B", "C"}, optional
            Trade on the line known this well at least.

        Raises
        ------
        InputError
            For an ask or a section that does not exist.
        """
        table = self.table
        keep = pd.Series(True, index=table.index)
        if ask is not None:
            if ask not in ASKS:
                refuse("ask", ask, tr("one of {names}", names=", ".join(ASKS)))
            keep &= table["ask"] == ask
        if section is not None:
            known = [one.code for one in self.economy.classification.sections]
            if section not in known:
                refuse("section", section, tr("one of {names}", names=", ".join(known)))
            keep &= table["section"] == section
        if hs is not None:
            keep &= table["line"].str.startswith(hs)
        if least_gain is not None:
            keep &= table["gain_usd_mn"] >= least_gain
        if reason is not None:
            found = table["reasons"].str.contains(reason, regex=False)
            keep &= found if reason else table["reasons"] == ""
        if grade is not None:
            keep &= table["grade_trade"] <= grade
        return self._of(table[keep])

    def top(self, count: int) -> LineList:
        """Return the first lines.

        Parameters
        ----------
        count : int
            At least 1.
        """
        return self._of(self.table.head(whole_number("count", count, 1)))

    def only(self, codes: Iterable[str]) -> LineList:
        """Return the lines of some codes, in their order.

        Parameters
        ----------
        codes : iterable of str

        Raises
        ------
        InputError
            Naming each code that is not on the list.
        """
        listed = (codes,) if isinstance(codes, str) else tuple(codes)
        place = {code: row for row, code in enumerate(self.table["line"])}
        problems = [
            Problem(
                "list",
                None,
                f"lines[{row}]",
                code,
                tr("a line on the list") + closest(code, place),
            )
            for row, code in enumerate(listed)
            if code not in place
        ]
        if problems:
            raise InputError(problems)
        return self._of(self.table.iloc[[place[code] for code in dict.fromkeys(listed)]])

    def _of(self, table: pd.DataFrame) -> LineList:
        table = table.reset_index(drop=True)
        return replace(self, table=table, by_year=self.by_year.loc[table["line"]])

    def rival_rates(self) -> pd.DataFrame:
        """What every source pays on each line, %: a row for each line, a column for each rival."""
        market = self.economy.markets[self.importer]
        names, rates = rival_rates(market)
        place = pd.Index(market.schedule.lines).get_indexer(pd.Index(self.codes))
        wide = pd.DataFrame(100 * rates[place], columns=names)
        wide.insert(0, "line", list(self.codes))
        return wide

    # -- into a scenario -------------------------------------------------------------------------

    def lever(
        self, codes: Iterable[str] | None = None, ask: str | None = None, **settings: Any
    ) -> dict[str, Any]:
        """Return the lever of a scenario that gives what is asked on some lines.

        Parameters
        ----------
        codes : iterable of str, optional
            Lines; all by default.
        ask : {"tariff", "origin", "barrier"}, optional
            Needed where the lines ask for several things: only those that ask for it then.
        **settings
            Settings of the lever in place of its own, such as ``start="2027-28"``, ``years=5`` or
            ``cut={"percent": 50}``.

        Returns
        -------
        dict
            As an entry of ``levers`` in a scenario file.

        Raises
        ------
        InputError
            Where the lines ask for several things and ``ask`` is not given, or for nothing.
        """
        lines = self if codes is None else self.only(codes)
        asks = [one for one in dict.fromkeys(lines.table["ask"]) if one]
        if ask is None and len(asks) != 1:
            one = tr("one of {names}", names=", ".join(asks))
            refuse("ask", ask, one if asks else tr("lines of which a rate is known"))
        chosen = lines.filter(ask=ask or asks[0])
        if not len(chosen):
            names = ", ".join(asks)
            allowed = tr("one of {names}: no line asks for another", names=names)
            refuse("ask", ask, allowed)
        [(kind, given)] = ASKS[ask or asks[0]].items()
        hs = list(chosen.codes) if kind == "tariff" else subheadings(chosen.codes)
        return {
            kind: {
                "importer": self.importer,
                "select": {"hs": hs},
                **given,
                "start": START,
                **settings,
            }
        }

    def scenario(self, name: str = "Lines asked for", **settings: Any) -> Scenario:
        """Return a scenario that gives all that the list asks for, up to its year.

        Parameters
        ----------
        name : str, optional
        **settings
            Settings of every lever, such as ``start``.
        """
        asks = [one for one in ASKS if (self.table["ask"] == one).any()]
        levers = [self.lever(ask=one, **settings) for one in asks]
        found = Scenario.from_dict(
            {"name": name, "horizon": self.year, "levers": levers},
            self.economy.classification,
        )
        return found.model_copy(update=self.economy.detail)

    def checked(self) -> pd.DataFrame:
        """Run each line by itself, and all of them together, against what the list says.

        Returns
        -------
        DataFrame
            ``line`` (``all together`` last), ``listed_usd_mn``, ``model_usd_mn``,
            ``gap_percent``: the list over the model. A run for each line: for short lists.
        """
        known = self.table[self.table["ask"] != ""]
        rows = [
            (line, gain, self.only([line])._run())
            for line, gain in known[["line", "gain_usd_mn"]].itertuples(index=False)
        ]
        if len(rows) > 1:
            rows.append(("all together", float(known["gain_usd_mn"].sum()), self._run()))
        frame = pd.DataFrame(rows, columns=["line", "listed_usd_mn", "model_usd_mn"])
        model = frame["model_usd_mn"].where(frame["model_usd_mn"].abs() > 1e-9)
        frame["gap_percent"] = 100 * (frame["listed_usd_mn"] / model - 1)
        return frame

    def _run(self) -> float:
        """Gain in the year asked for of all that the list asks for."""
        solved = run(self.economy, self.scenario(), attribution=False)
        name = "exports" if self.importer == "JPN" else "imports"
        before, after = (getattr(state, name)[-1].sum() for state in solved.states)
        return float(after - before)

    # -- files -----------------------------------------------------------------------------------

    def save(self, path: str | Path, name: str = "") -> None:
        """Write the codes as a named list, which ``product_list(lines=path)`` reads again.

        Parameters
        ----------
        path : str or Path
            YAML.
        name : str, optional
            Such as "sensitive".
        """
        held = {
            "list": name or Path(path).stem,
            "importer": self.importer,
            "lines": list(self.codes),
        }
        with replace_file(path) as file:
            write_text(yaml.safe_dump(held, sort_keys=False, allow_unicode=True), file)

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV; every digit.

        Parameters
        ----------
        path : str or Path
        """
        with replace_file(path) as file:
            write_csv(self.table, file)

    def to_excel(self, path: str | Path) -> None:
        """Write the table, gains by year, rivals' rates and what the columns mean as a workbook.

        Parameters
        ----------
        path : str or Path
        """
        years = (str(self.economy.base_year), self.economy.price_year)
        sheets = {
            "lines": self.table,
            "by year": self.by_year.rename_axis("line").reset_index(),
            "rival rates": self.rival_rates(),
            "columns": pd.DataFrame(
                [(column.name, *column.described(*years)) for column in PRODUCT_LIST.columns],
                columns=["column", "unit", "meaning"],
            ),
        }
        with replace_file(path) as file:
            write_workbook(sheets, file)

    def write(self, directory: str | Path) -> None:
        """Write the list into a folder: ``lines.csv``, ``lines.xlsx`` and ``lines.yaml``.

        Parameters
        ----------
        directory : str or Path
            New, empty, or of an earlier list that nobody changed.
        """
        described = manifest(
            engine="armington",
            scenario_text="",
            parameter_digest=self.economy.parameters.digest,
            overrides=self.economy.parameters.overrides,
            options={"importer": self.importer, "year": self.year},
        )
        names = ("lines.csv", "lines.xlsx", "lines.yaml")
        refuse_foreign(Path(directory), names)
        with replace_folder(directory) as folder:
            self.to_csv(folder / names[0])
            self.to_excel(folder / names[1])
            self.save(folder / names[2])
            write_manifest(described, folder, {})


def subheadings(codes: Iterable[str]) -> list[str]:
    """Products of the lines: proof of origin and barriers are those of a product."""
    return list(dict.fromkeys(at_level(code, "subheading") for code in codes))


def read_lines(lines: Iterable[str] | str | Path, importer: str) -> tuple[str, ...]:
    """Codes that are given, or those of a file that ``LineList.save`` wrote.

    Parameters
    ----------
    lines : iterable of str, or path
    importer : str
        The file must be of the same.

    Raises
    ------
    InputError
        For a file that is not a list, or one of another importer.
    """
    if not isinstance(lines, str | Path):
        return tuple(lines)
    content = read_yaml(Path(lines), _MOST_BYTES)
    data = content.data if isinstance(content.data, Mapping) else {}
    codes, whose = data.get("lines"), data.get("importer")
    problems = list(content.problems)
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        line = content.lines.get(("lines",))
        problems.append(Problem(str(lines), line, "lines", None, tr("a list of codes, as text")))
    if whose != importer:
        line = content.lines.get(("importer",))
        allowed = tr("{importer}, as asked for", importer=importer)
        problems.append(Problem(str(lines), line, "importer", whose, allowed))
    if problems:
        raise InputError(problems)
    assert isinstance(codes, list)
    return tuple(codes)
