"""The package that a search recommends: run in the model, explained, and compared with others."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cepasim.core.arguments import whole_number
from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.files import replace_file
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import deferred, mark, now, ntr, paragraph, separated, tr
from cepasim.core.numbers import in_billions, mn, money
from cepasim.core.workbook import write_workbook
from cepasim.report.together import trade_balance
from cepasim.studies.advice.package_choice import PackageChoice, package_choice
from cepasim.studies.advice.package_effects import QUANTITIES, chapters_of
from cepasim.studies.advice.package_files import write_package
from cepasim.studies.advice.prices import shadow_prices
from cepasim.studies.advice.programme import NoPackageError
from cepasim.studies.advice.search import LARGE_GAP
from cepasim.studies.advice.searched import Searched
from cepasim.studies.advice.sensitive import weak_response
from cepasim.studies.advice.settle import ROUNDS, Answer, settled
from cepasim.studies.advice.terms import Row, Terms

_LAST_ROWS = (mark("together beyond the sum"), mark("package"))
_NARROWS = mark(
    "{package}: {measures} ({given}) narrow the deficit by {amount} in {year} (exports {exports}, "
    "imports {imports}); welfare: India {welfare_india}, Japan {welfare_japan}; duty lost: India "
    "{duty_india}, Japan {duty_japan}."
)
_WIDENS = mark(
    "{package}: {measures} ({given}) widen the deficit by {amount} in {year} (exports {exports}, "
    "imports {imports}); welfare: India {welfare_india}, Japan {welfare_japan}; duty lost: India "
    "{duty_india}, Japan {duty_japan}."
)


@dataclass(frozen=True, eq=False)
class Package(Searched):
    """Concessions that are best under some terms; every value is of the model.

    What the search found is as `Searched` has it.

    Attributes
    ----------
    sure : PackageChoice or None
        How often it is best under model choice, where that was asked for.
    """

    sure: PackageChoice | None = None

    def __repr__(self) -> str:
        """The sentence."""
        return f"Package({self.sentence})"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table, by the name of its file."""
        found = {"package": self.table, "left_out": self.left_out, "gap": self.gap}
        if self.sure is not None:
            found |= self.sure.tables
        return found

    @property
    def gap_percent(self) -> float:
        """Objective by the programme over the model's when this package was first found."""
        return _gap(self.answer.first, self.answer.model, self.terms.weights)

    @property
    def gap(self) -> pd.DataFrame:
        """Each quantity when the package was found, at the end of the search, and in the model."""
        answer = self.answer
        frame = pd.DataFrame(
            {
                "quantity": QUANTITIES,
                "first_usd_mn": answer.first,
                "expected_usd_mn": answer.expected,
                "model_usd_mn": answer.model,
            }
        )
        model = frame["model_usd_mn"].where(frame["model_usd_mn"].abs() > 1e-9)
        frame["gap_percent"] = 100 * (frame["first_usd_mn"] / model - 1)
        return frame

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each concession by itself, what they do beside each other, and the package."""
        places = np.flatnonzero(self.answer.chosen > 0.5)
        solo = self.programme.measured.solo[places]
        rest = self.answer.model - solo.sum(axis=0)
        values = np.vstack([solo, rest, self.answer.model])
        frame = pd.DataFrame(values, columns=[f"{name}_usd_mn" for name in QUANTITIES])
        frame.insert(0, "balance_usd_mn", frame["exports_usd_mn"] - frame["imports_usd_mn"])
        givers = [COUNTRY[one.giver] for one in self.chosen]
        frame.insert(0, "given_by", [*givers, "", ""])
        names = [one.name for one in self.chosen]
        frame.insert(0, "measure", texts([*names, *_LAST_ROWS]))
        return frame

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Candidates that are not in it, what each would add to the objective, and why not."""
        programme, terms, chosen = self.programme, self.terms, self.answer.chosen
        taken = set(np.flatnonzero(chosen > 0.5).tolist())
        rows = []
        for place, one in enumerate(programme.candidates):
            if place in taken:
                continue
            package = programme.with_one(chosen, place)
            more = programme.predicted(package) - programme.predicted(chosen)
            adds = float(terms.weights @ more)
            why = self._why(place, package, adds, taken)
            rows.append((one.name, COUNTRY[one.giver], adds, why))
        columns = ["measure", "given_by", "would_add_usd_mn", "why"]
        found = pd.DataFrame(rows, columns=columns, dtype=object)
        found["would_add_usd_mn"] = found["would_add_usd_mn"].astype(float)
        return found.sort_values("would_add_usd_mn", ascending=False, ignore_index=True)

    def _why(self, place: int, package: Floats, adds: float, taken: set[int]) -> str:
        programme, terms = self.programme, self.terms
        instead = [programme.candidates[one].name for one in taken if not package[one]]
        if instead:
            return deferred("in place of it: {measures}", measures=instead)
        if adds <= 0:
            return deferred("does not help the objective")
        found = programme.predicted(package)
        broken = [row.text for row in terms.rows if not row.held(found, package)]
        if broken:
            return deferred("would break: {limits}", limits=broken)
        if not programme.feasible(package, terms):
            return deferred("would touch more than {n} sections", n=terms.most_sections)
        return deferred("adds next to nothing")

    @property
    def rests_on(self) -> tuple[str, ...]:
        """What of grade D the package rests on, marked for `cepasim.core.language.tr`."""
        economy = self.runner.economy
        found: dict[str, None] = {}
        kinds = {one.kind for one in self.chosen}
        if "ntb" in kinds:
            found[mark("size of barriers and how much of them can be removed")] = None
        if "origin" in kinds:
            found[mark("cost of proving origin by chapter")] = None
        if "fund" in kinds:
            found[mark("what the fund sets off, exports of it and Japan's share of them")] = None
        tariffs = [one for one in self.chosen if one.kind == "tariff"]
        if any(one.giver == "IND" for one in tariffs):
            found[mark("India's imports from Japan by product")] = None
        touched = chapters_of(economy, self.chosen) if self.chosen else np.zeros((0, 0))
        for row, one in enumerate(self.chosen):
            words = weak_response(economy.by_chapter, economy.by_chapter.markets[one.giver])
            for text in words[touched[row]]:
                found |= dict.fromkeys(part for part in text.split("; ") if part)
        return tuple(found)

    @property
    def sentence(self) -> str:
        """The package in a sentence or two, with what it rests on."""
        year = year_in_words(self.year)
        if not self.chosen:
            return tr(
                "No measure helps: the package of {year} is empty ({kind}).",
                year=year,
                kind=tr(self.kind),
            )
        effects, by = self.effects, [one.giver for one in self.chosen]
        large = all(in_billions(effects[item]) for item in ("balance", "exports", "imports"))
        place = trade_balance(effects, "{}", "bn" if large else "mn").place
        amount = money if large else mn  # millions beside billions would have to be converted
        gap = self.gap_percent
        sentences = [
            tr(
                _NARROWS if effects["balance"] >= 0 else _WIDENS,
                package=now(self.name),
                measures=ntr("{n} measure", "{n} measures", len(by)),
                given=_given(by),
                amount=amount(abs(effects["balance"]), place=place),
                year=year,
                exports=amount(effects["exports"], signed=True, place=place),
                imports=amount(effects["imports"], signed=True, place=place),
                welfare_india=amount(effects["welfare_india"], signed=True),
                welfare_japan=amount(effects["welfare_japan"], signed=True),
                duty_india=amount(-effects["duty_india"]),
                duty_japan=amount(-effects["duty_japan"]),
            )
        ]
        if abs(gap) > 100 * self.runner.economy.parameters.value(LARGE_GAP):
            sentences.append(
                tr(
                    "The search first expected {gap} % against the model; it was corrected in "
                    "{rounds} rounds, and the values are the model's.",
                    gap=f"{round(gap, 1) + 0.0:+.1f}",
                    rounds=self.answer.rounds,
                )
            )
        things = separated(tr(one) for one in self.rests_on)
        sentences.append(tr("It rests on assumptions of grade D: {things}.", things=things))
        return paragraph(sentences)

    def write(self, directory: str | Path) -> None:
        """Write ``scenario.yaml``, ``package.csv``, ``left_out.csv`` and more into a folder.

        Parameters
        ----------
        directory : str or Path
            New, empty, or of an earlier package that nobody changed.
        """
        write_package(self, self.tables, directory)

    def to_excel(self, path: str | Path) -> None:
        """Write the package in words, what was left out and why, and model choice as a workbook.

        Parameters
        ----------
        path : str or Path
        """
        limits = (now(row.text) for row in self.terms.rows)
        sentences = [self.sentence, *(tr("Kept to: {limits}.", limits=one) for one in limits)]
        sentences.append(
            tr(
                "US$ million at prices of {price_year}, change against the reference in {year}.",
                price_year=year_in_words(self.runner.economy.price_year),
                year=year_in_words(self.year),
            )
        )
        if self.sure is not None:
            sentences += [self.sure.text, *map(now, self.sure.notes)]
        sheets = {"summary": pd.DataFrame({"text": sentences})}
        sheets |= {name: _said(table) for name, table in self.tables.items()}
        with replace_file(path) as file:
            write_workbook(sheets, file)

    # -- other packages --------------------------------------------------------------------------

    def nash(self) -> Package:
        """Package near the Nash point: the largest product of both sides' gains.

        No deal is the threat point. The gains are of the terms' measure; their unit does not
        matter. Found over depths, rounded to candidates, run, and improved.

        Raises
        ------
        NoPackageError
            Where no package gives both sides a gain.
        """
        tried: dict[bytes, Answer] = {}
        gains = np.stack(list(self.terms.gains.values()))
        programme, runner = self.programme, self.runner
        for number in range(1, ROUNDS + 1):
            chosen = programme.bargain(self.terms)
            if chosen.tobytes() in tried:
                break
            expected = programme.predicted(chosen)
            model = runner.total(
                [programme.candidates[one] for one in np.flatnonzero(chosen).tolist()]
            )
            programme.learn(chosen, model)
            again = programme.predicted(chosen)
            tried[chosen.tobytes()] = Answer(chosen, expected, again, model, number)
        sound = [
            one
            for one in tried.values()
            if programme.feasible(one.chosen, self.terms, one.model)
            and (gains @ one.model > 0).all()
        ]
        if not sound:
            raise NoPackageError(tr("no package gives both sides a gain once it is run"))
        best = max(sound, key=lambda one: float(np.log(gains @ one.model).sum()))
        return self._other(best, mark("Nash point"), self.terms)

    def frontier(self, points: int = 8) -> pd.DataFrame:
        """The most one side can gain for each gain of the other, by epsilon constraints.

        Parameters
        ----------
        points : int, optional
            Packages to look for; those that another is better than for both are left out.

        Returns
        -------
        DataFrame
            ``gain_india_usd_mn``, ``gain_japan_usd_mn`` (of the model, in the terms' measure),
            ``objective_usd_mn``, ``measures`` and the ``package``; from the best for India to the
            best for Japan.
        """
        whole_number("points", points, 2, 50)
        india, japan = self.terms.gains["IND"], self.terms.gains["JPN"]
        for_india = self._settled_for(self.terms.aiming_at(india))
        for_japan = self._settled_for(self.terms.aiming_at(japan))
        low, high = (float(japan @ one.model) for one in (for_india, for_japan))
        found = [for_india, for_japan]
        for least in np.linspace(low, high, points)[1:-1]:
            row = Row("frontier", deferred("gain of Japan"), float(least), japan)
            try:
                found.append(self._settled_for(self.terms.aiming_at(india).also(row)))
            except NoPackageError:
                continue
        packages = [self._other(one, mark("on the frontier"), self.terms) for one in found]
        frame = pd.DataFrame(
            {
                "gain_india_usd_mn": [one.gains["IND"] for one in packages],
                "gain_japan_usd_mn": [one.gains["JPN"] for one in packages],
                "objective_usd_mn": [one.value for one in packages],
                "measures": [len(one.chosen) for one in packages],
                "package": packages,
            }
        )
        frame = frame.drop_duplicates(["gain_india_usd_mn", "gain_japan_usd_mn"])
        ours, theirs = frame["gain_india_usd_mn"], frame["gain_japan_usd_mn"]
        beaten = [
            bool((((ours >= a) & (theirs >= b)) & ((ours > a) | (theirs > b))).any())
            for a, b in zip(ours, theirs, strict=True)
        ]
        frame = frame[~np.array(beaten)]
        return frame.sort_values("gain_japan_usd_mn", ignore_index=True)

    @cached_property
    def shadow_prices(self) -> pd.DataFrame:
        """What each constraint costs the objective, by looking again without it or with 10 % more.

        Returns
        -------
        DataFrame
            As `cepasim.studies.advice.prices.shadow_prices` has it.
        """
        return shadow_prices(self)

    def how_sure(
        self, draws: int = 0, seed: int = 1, executor: Executor | None = None
    ) -> PackageChoice:
        """How often the same package, and each measure of it, is best in other worlds.

        Parameters
        ----------
        draws : int, optional
            Of all parameters and the model's alternatives together, beside each alternative of
            ``params/uncertainty/model_choice`` by itself. A second or two each.
        seed : int, optional
        executor : concurrent.futures.Executor, optional

        Returns
        -------
        PackageChoice
            ``text``, ``alternatives``, ``draws``, ``measures``, ``ranges``.
        """
        return package_choice(self, draws, seed, executor)

    def _settled_for(self, terms: Terms) -> Answer:
        return settled(self.runner, self.programme, terms, self.programme.best)

    def _other(self, answer: Answer, kind: str, terms: Terms) -> Package:
        name = deferred("{package} ({kind})", package=self.name, kind=kind)
        return Package(name, self.year, self.runner, self.programme, terms, answer, kind)


def _given(by: list[str]) -> str:
    """How many measures each side gives."""
    counts = {side: by.count(side) for side in ("JPN", "IND") if side in by}
    if len(counts) == 1:
        [(side, count)] = counts.items()
        return tr("{n} by {country}", n=count, country=tr(COUNTRY[side]))
    return tr("{japan} by Japan and {india} by India", japan=counts["JPN"], india=counts["IND"])


def texts(items: Sequence[str]) -> pd.Series:
    """Return a column whose texts keep what `cepasim.core.language.now` needs."""
    return pd.Series(items, dtype=object)


def _said(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its texts in the language of the moment."""
    words = [name for name in ("measure", "given_by", "why", "choice", "label") if name in table]
    return table.assign(**{name: [now(one) for one in table[name]] for name in words})


def _gap(expected: Floats, model: Floats, weights: Floats) -> float:
    value = float(weights @ model)
    return 100 * (float(weights @ expected) / value - 1) if abs(value) > 1e-9 else 0.0
