"""Which package? Candidates, an objective and constraints in; the best package, run, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cepasim.core.arguments import instance_of, refuse
from cepasim.core.fiscal_year import parse_fiscal_year
from cepasim.core.language import tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.core.yaml_lines import read_yaml
from cepasim.economy.economy import Economy
from cepasim.scenario.reading import MAX_BYTES
from cepasim.studies.advice.alone import START
from cepasim.studies.advice.candidates import read_candidates
from cepasim.studies.advice.package import Package
from cepasim.studies.advice.package_effects import Runner, measured
from cepasim.studies.advice.programme import Programme
from cepasim.studies.advice.settle import settled
from cepasim.studies.advice.terms import check_terms, excluded_products, read_terms

#: Keys of a file: arguments of `negotiate`, and draws for how sure the answer is.
KEYS = ("name", "year", "objective", "measure", "candidates", "constraints", "draws")


def negotiate(
    economy: Economy,
    candidates: Iterable[Mapping[str, Any]] | None = None,
    objective: str = "balance",
    constraints: Mapping[str, Any] | None = None,
    *,
    measure: str = "welfare",
    year: str = "2030-31",
    name: str = "Package",
    model_choice: bool = False,
) -> Package:
    """Find the package of concessions that is best under constraints, and run it.

    Parameters
    ----------
    economy : Economy
        From :func:`cepasim.load`, at any level: the package is measured and run at it.
    candidates : iterable of mapping, optional
        Entries of ``levers`` as in a scenario file, each with a ``name`` if it has one, such as
        ``LineList.lever`` gives. By default duties, proof of origin and barriers of both sides in
        every section at two depths, and the fund at two sizes. Of candidates with the same
        instrument on a product a package holds one.
    objective : {"balance", "exports", "welfare_india", "welfare_japan", "joint_welfare"}, optional
        What the package is to be best at, in the year.
    constraints : mapping, optional
        ``narrow_deficit_usd_mn``, ``each_side_gains_usd_mn``, ``revenue_loss_usd_mn``,
        ``reciprocity_percent``, ``sensitive_percent``, ``exclude``, ``most_sections``,
        ``most_measures``: docs/advice.md.
    measure : {"welfare", "sales"}, optional
        What a side's gain is: welfare, or what it sells more to the other.
    year : str, optional
        Fiscal year, from 2026-27 on.
    name : str, optional
        Of the scenario.
    model_choice : bool, optional
        Search again under each of the model's own alternatives: ``sure`` of the package says how
        often it is best. Takes some twenty times as long; ``Package.how_sure`` has draws, too.

    Returns
    -------
    Package
        ``scenario``, ``table``, ``sentence``, ``left_out``, ``shadow_prices``, ``gap``;
        ``frontier()`` and ``nash()`` for other packages of the same candidates.

    Raises
    ------
    InputError
        For an objective, a constraint or a candidate that means nothing.
    RunError
        Where no package keeps to the constraints.

    Examples
    --------
    >>> import cepasim
    >>> cut = {"tariff": {"importer": "JPN", "select": {"hs": ["64"]}, "cut": "eliminate",
    ...                   "start": "2026-27"}}
    >>> package = cepasim.negotiate(cepasim.load(), [cut], "balance", year="2027-28")
    >>> len(package.scenario.levers)
    1
    """
    instance_of("economy", economy, Economy, tr("an economy, such as cepasim.load() gives"))
    given = dict(constraints or {})
    check_terms(objective, measure, given)
    try:
        late = parse_fiscal_year(year) >= parse_fiscal_year(START)
    except (ValueError, TypeError):
        late = False
    if not late:
        refuse("year", year, tr("a fiscal year from {first} on", first=START))
    tried = None if candidates is None else tuple(dict(one) for one in candidates)
    found = read_candidates(economy, tried, year, excluded_products(given))
    runner = Runner(economy, year, name)
    programme = Programme(found, measured(runner, found))
    terms = read_terms(economy, found, objective, measure, given)
    answer = settled(runner, programme, terms, programme.best)
    package = Package(name, year, runner, programme, terms, answer, tried=tried)
    return replace(package, sure=package.how_sure()) if model_choice else package


def read_negotiation(path: Path) -> dict[str, Any]:
    """Arguments of `negotiate` from a file.

    Parameters
    ----------
    path : Path
        YAML: some of ``KEYS``.

    Returns
    -------
    dict
        Arguments of `negotiate`, and ``draws`` where the file has them.

    Raises
    ------
    InputError
        For a key that is none.
    """
    content = read_yaml(path, MAX_BYTES)
    data = content.data if isinstance(content.data, Mapping) else {}
    problems = list(content.problems)
    for key in data:
        if key not in KEYS:
            line = content.lines.get((key,))
            allowed = "one of " + ", ".join(KEYS) + closest(key, KEYS)
            problems.append(Problem(str(path), line, "key", key, allowed))
    for key, kind, words in (
        ("candidates", list, "a list of levers"),
        ("constraints", Mapping, "a mapping"),
        ("draws", int, "a whole number of draws, for --model-choice"),
    ):
        if key in data and not isinstance(data[key], kind):
            line = content.lines.get((key,))
            problems.append(Problem(str(path), line, key, str(data[key]), words))
    if not data:
        problems.append(Problem(str(path), None, "file", None, "some of " + ", ".join(KEYS)))
    if problems:
        raise InputError(problems)
    return {str(key): value for key, value in data.items()}
