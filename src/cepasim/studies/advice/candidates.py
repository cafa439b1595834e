"""What may be in a package: instrument, products and depth, each an entry of a scenario file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from cepasim.core.arguments import refuse
from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.language import deferred, mark, tr
from cepasim.core.numbers import money
from cepasim.core.problems import InputError, Problem
from cepasim.economy.economy import Economy
from cepasim.levers.lever import Lever
from cepasim.levers.words import listed
from cepasim.products.levels import chapter_of
from cepasim.scenario.scenario import Scenario
from cepasim.studies.advice.alone import START

#: Depths of the candidates that are tried where none are given, percent.
DEPTHS = (50.0, 100.0)
#: Parts of what is proposed, or of how far anybody has gone, that are tried of a fund and barriers.
_PARTS = (0.5, 1.0)
#: Parameter: relief of barriers beyond which nobody has gone, percent.
MOST_RELIEF = "package_relief_percent"


@dataclass(frozen=True, eq=False)
class Candidate:
    """One concession that a package may hold.

    Attributes
    ----------
    name : str
        As it was given, or made for `cepasim.core.language.now`.
    entry : mapping
        As in ``levers`` of a scenario file.
    lever : Lever
        The same, read.
    atoms : frozenset of str
        Products it is about (HS6, longer where a line is meant); empty for a fund.
    sections : frozenset of str
    """

    name: str
    entry: Mapping[str, Any]
    lever: Lever
    atoms: frozenset[str] = field(repr=False, default=frozenset())
    sections: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """Kind of the lever."""
        return self.lever.kind

    @property
    def giver(self) -> str:
        """Country that concedes it; the fund is Japan's."""
        return str(getattr(self.lever, "importer", "JPN"))

    def excludes(self, other: Candidate) -> bool:
        """Whether both cannot be in one package: the same instrument on a product twice."""
        if self.kind != other.kind or self.giver != other.giver:
            return False
        if not self.atoms or not other.atoms:
            return True
        return _shared(self.atoms, other.atoms) or _shared(other.atoms, self.atoms)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether any product of one, or the subheading of a line of it, is the other's."""
    return any(one in theirs or one[:6] in theirs for one in mine)


def read_candidates(
    economy: Economy,
    given: Iterable[Mapping[str, Any]] | None,
    year: str,
    excluded: Mapping[str, Sequence[str]],
) -> list[Candidate]:
    """Candidates as given, or the bundled ones, without the products that must stay out.

    Parameters
    ----------
    economy : Economy
    given : iterable of mapping, or None
        Entries of ``levers``, each with a ``name`` if it has one.
    year : str
        Horizon of the package.
    excluded : mapping of importer to codes
        Products that no concession of that importer may touch.

    Raises
    ------
    InputError
        With every problem of every entry.
    """
    entries = default_entries(economy) if given is None else [dict(one) for one in given]
    if not entries:
        refuse("candidates", tr("none"), tr("at least one"))
    problems: list[Problem] = []
    found: list[Candidate] = []
    for place, entry in enumerate(entries):
        name = str(entry.pop("name", "") or "")
        try:
            found += _read(economy, entry, name, year, excluded)
        except InputError as error:
            problems += [
                replace(problem, field=f"candidates[{place}]: {problem.field}")
                for problem in error.problems
            ]
    if problems:
        raise InputError(problems)
    if not found:
        refuse("candidates", tr("none left"), tr("one that touches no excluded product"))
    return found


def _read(
    economy: Economy,
    entry: dict[str, Any],
    name: str,
    year: str,
    excluded: Mapping[str, Sequence[str]],
) -> list[Candidate]:
    classification = economy.classification

    def lever_of(entry: Mapping[str, Any]) -> Lever:
        data = {"name": "candidate", "horizon": year, "levers": [entry]}
        return Scenario.from_dict(data, classification).levers[0]

    lever = lever_of(entry)
    selected = lever.selected
    if selected is None:
        return [Candidate(name or _named(economy, entry), entry, lever)]
    atoms = classification.select(selected).atoms
    barred = excluded.get(str(getattr(lever, "importer", "")), ())
    if barred:
        out = classification.select({"hs": list(barred)}).atoms
        left = frozenset(one for one in atoms if one not in out and one[:6] not in out) - frozenset(
            one for one in atoms if any(line.startswith(one) for line in out)
        )
        if left != atoms:
            if not left:
                return []
            [(kind, settings)] = entry.items()
            codes = _codes(left, economy)
            entry = {kind: {**settings, "select": {"hs": codes}}}
            name = deferred(
                "{measure} without products kept out",
                measure=name or _named(economy, {kind: settings}),
            )
            lever, atoms = lever_of(entry), left
    section_of = classification.section_of
    found = (section_of(hs) for hs in {chapter_of(one) for one in atoms})
    sections = frozenset(section for section in found if section is not None)
    return [Candidate(name or _named(economy, entry), entry, lever, atoms, sections)]


def _codes(atoms: frozenset[str], economy: Economy) -> list[str]:
    """Codes that select these atoms: whole chapters where nothing of them is missing."""
    codes: list[str] = []
    by_chapter: dict[str, set[str]] = {}
    for one in atoms:
        by_chapter.setdefault(chapter_of(one), set()).add(one)
    for hs, some in sorted(by_chapter.items()):
        whole = economy.classification.select({"hs": [hs]}).atoms
        codes += [hs] if whole == some else sorted(some)
    return codes


#: What each kind of lever does to a depth.
_DOES = {
    "tariff": mark("{country}: cut duties by {depth} %, {goods}"),
    "origin": mark("{country}: cut cost of origin by {depth} %, {goods}"),
    "ntb": mark("{country}: relieve barriers by {depth} %, {goods}"),
}


def _named(economy: Economy, entry: Mapping[str, Any]) -> str:
    """Name of a candidate that was given none."""
    [(kind, settings)] = entry.items()
    who = COUNTRY[str(settings.get("importer", "JPN"))]
    if kind == "fund":
        size = 1000 * float(settings.get("usd_bn", 0.0))
        return deferred("{country}: fund of {amount}", country=who, amount=partial(money, size))
    goods = partial(_goods, economy, settings.get("select", {}))
    depth = _depth(settings)
    if kind in _DOES and depth is not None:
        return deferred(_DOES[kind], country=who, depth=f"{depth:g}", goods=goods)
    cut = settings.get("cut")
    rest = cut if isinstance(cut, Mapping) else {}
    words = " ".join(f"{key} {value}" for key, value in rest.items() if value is not None)
    return deferred(
        "{country}: {kind}, {goods}",
        country=who,
        kind=" ".join(one for one in (kind, words) if one),
        goods=goods,
    )


def _goods(economy: Economy, select: Mapping[str, Any]) -> str:
    """A selection in a few words, in the language of the moment."""
    names = {section.code: section.name for section in economy.classification.sections}
    said = []
    for key, value in select.items():
        chosen = [value] if isinstance(value, str) else [] if isinstance(value, bool) else [*value]
        if not chosen:
            continue
        if key == "section":
            said.append(
                listed(
                    tr("section {code} ({name})", code=one, name=tr(names[one])) for one in chosen
                )
            )
        elif key == "hs":
            said.append(tr("HS {codes}", codes=listed(map(str, chosen))))
        else:
            said.append(f"{key} {listed(map(str, chosen))}")
    return listed(said) or tr("all goods")


def _depth(settings: Mapping[str, Any]) -> float | None:
    """How far a concession goes, %; None where no share of what there is says so."""
    cut = settings.get("cut")
    if cut == "eliminate":
        return 100.0
    if isinstance(cut, Mapping):
        found = cut.get("percent")
    else:
        found = settings.get("relief_percent", settings.get("cost_cut_percent"))
    return None if found is None else float(found)


def default_entries(economy: Economy) -> list[dict[str, Any]]:
    """Every instrument of both sides in every section, at two depths, and two sizes of the fund."""
    entries: list[dict[str, Any]] = []
    relief = economy.parameters.value(MOST_RELIEF)
    for importer in economy.markets:
        for section in economy.classification.sections:
            common = {"importer": importer, "select": {"section": section.code}, "start": START}
            for depth in DEPTHS:
                cut = "eliminate" if depth == 100.0 else {"percent": depth}
                entries.append({"tariff": {**common, "cut": cut}})
                entries.append({"origin": {**common, "cost_cut_percent": depth}})
            for part in _PARTS:
                entries.append({"ntb": {**common, "type": "all", "relief_percent": part * relief}})
    [proposed] = Scenario.bundled("fund-2bn").to_dict()["levers"]
    for part in _PARTS:
        fund = {**proposed["fund"], "usd_bn": part * proposed["fund"]["usd_bn"]}
        entries.append({"fund": fund})
    return entries


def lines_freed(economy: Economy, candidates: Sequence[Candidate], importer: str) -> Floats:
    """Tariff lines that pay today and that each candidate concedes, shape (n,)."""
    schedule = economy.markets[importer].schedule
    source = economy.markets[importer].partner
    pays = np.nan_to_num(schedule.rates.of(source)[1]) > 0
    codes = schedule.lines[pays]
    found = np.zeros(len(candidates))
    for place, one in enumerate(candidates):
        if one.kind == "tariff" and one.giver == importer and one.lever.selected is not None:
            chosen = economy.classification.select(one.lever.selected).matches(codes)
            found[place] = float(chosen.sum())
    return found
