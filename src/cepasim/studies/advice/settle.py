"""Search and model brought together: what is found is run, and the search corrected by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.language import tr
from cepasim.studies.advice.package_effects import Runner
from cepasim.studies.advice.programme import NoPackageError, Programme
from cepasim.studies.advice.terms import Terms

#: Rounds of running what was found and looking again.
ROUNDS = 12
#: Rounds after which a constraint that is missed is asked for with more to spare.
_PATIENCE = 3

Picker = Callable[[Terms], Floats]


@dataclass(frozen=True, eq=False)
class Answer:
    """A package as the programme and the model have it.

    Attributes
    ----------
    chosen : ndarray, shape (n,)
        1 for each candidate in it.
    first, expected, model : ndarray, shape (6,)
        Quantities by the programme when the search began and at the end, and by the model.
    rounds : int
        Runs it took until the programme and the model agreed.
    """

    chosen: Floats
    first: Floats
    expected: Floats
    model: Floats
    rounds: int


def settled(runner: Runner, programme: Programme, terms: Terms, pick: Picker) -> Answer:
    """Find a package, run it, make the programme exact there, and look again until it stays.

    Raises
    ------
    NoPackageError
        Where the model finds none that keeps to the terms.
    """
    tried: dict[bytes, Answer] = {}
    asked = terms
    for number in range(1, ROUNDS + 1):
        try:
            chosen = pick(asked)
        except NoPackageError:
            if tried:
                break
            raise
        key = chosen.tobytes()
        if key in tried:
            break
        expected = programme.predicted(chosen)
        places = np.flatnonzero(chosen > 0.5).tolist()
        model = runner.total([programme.candidates[one] for one in places])
        programme.learn(chosen, model)
        tried[key] = Answer(chosen, expected, programme.predicted(chosen), model, number)
        # Packages at the edge of a constraint may each fall short by a little: ask for more of it.
        if number >= _PATIENCE and not programme.feasible(chosen, terms, model):
            asked = asked.tightened(model)
    sound = [one for one in tried.values() if programme.feasible(one.chosen, terms, one.model)]
    if not sound:
        raise NoPackageError(tr("the packages found break a constraint once they are run"))
    return max(sound, key=lambda one: float(terms.weights @ one.model))
