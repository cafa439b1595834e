"""Load an economy from a parameter folder, by chapter or by product."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cepasim.core.disk_cache import cache_folder, keep, kept
from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem, closest
from cepasim.economy.barriers import check_barriers
from cepasim.economy.economy import Economy
from cepasim.economy.elasticities import check_source
from cepasim.economy.fingerprint import fingerprint
from cepasim.economy.split import LEVELS
from cepasim.params.loading import load_parameters


def load(
    directory: str | Path | None = None,
    level: str = "chapter",
    refine: Iterable[str] | None = None,
    *,
    elasticities: str | None = None,
    barriers: str | None = None,
    cache: bool = True,
) -> Economy:
    """Load the benchmark economy.

    What was read, checked and calibrated is kept in the user's cache folder, and taken from there
    as long as no byte of the tables or of the program has changed.

    Parameters
    ----------
    directory : path, optional
        The user's own parameter folder; the bundled one by default.
    level : {"chapter", "hs4", "hs6"}, optional
        What a market is: a chapter, or each of its headings or subheadings.
    refine : iterable of str, optional
        Chapters to split, such as ``["87", "64"]``; all of them if the level is not that of
        chapters, none otherwise. Named without a level they are split into subheadings.
    elasticities : {"gtap", "fgo", "broda_weinstein", "boehm"}, optional
        One source for all elasticities of substitution; the folder's own table by default. A
        scenario that names a source of its own is run with that one.
    barriers : {"own", "kno"}, optional
        One source for the barriers at India's border, as for elasticities.
    cache : bool, optional
        False to read and calibrate anew, and to keep nothing; ``CEPASIM_CACHE=off`` does the same
        for every call.

    Returns
    -------
    Economy
        The benchmark of the base year with every parameter and schedule.

    Raises
    ------
    InputError
        With every problem of the folder, or for an unknown level, chapter or source.

    Examples
    --------
    >>> import cepasim
    >>> economy = cepasim.load()
    >>> round(float(economy.markets["JPN"].fob[:, 0].sum()), 6)
    5150.0
    """
    if directory is not None and not (isinstance(directory, (str, Path)) and str(directory)):
        words = tr("a path of a parameter folder, or None for the bundled one")
        raise InputError([Problem("load", None, "directory", directory, words)])
    if level not in LEVELS:
        words = tr("one of {allowed}", allowed=separated(LEVELS)) + closest(level, LEVELS)
        raise InputError([Problem("load", None, "level", level, words)])
    if isinstance(refine, str):
        words = tr("a list of chapters, such as {list}", list=f"['{refine}']")
        raise InputError([Problem("load", None, "refine", refine, words)])
    source = None if elasticities is None else check_source(elasticities)
    given = None if barriers is None else check_barriers(barriers)
    economy = _by_chapter(None if directory is None else Path(directory), cache)
    economy = economy.with_elasticities(source).with_barriers(given)
    if refine is not None:
        return economy.refine(refine, "hs6" if level == "chapter" else level)
    return economy if level == "chapter" else economy.refine(None, level)


def _by_chapter(directory: Path | None, cache: bool) -> Economy:
    """Economy of chapters, from the cache where it is there."""
    folder = cache_folder() if cache else None
    key = None if folder is None else fingerprint(directory)
    if folder is None or key is None:
        return Economy.build(load_parameters(directory))
    found = kept(key, folder)
    if isinstance(found, Economy):
        return found
    economy = Economy.build(load_parameters(directory))
    _ = economy.parameters.digest  # worked out once for all runs
    # A table that was changed while it was read belongs to no digest.
    if fingerprint(directory) == key:
        keep(key, economy, folder)
    return economy
