"""cepasim: what a CEPA review, barrier relief and a US$ 2 billion fund do to India-Japan trade.

>>> import cepasim
>>> economy = cepasim.load()
>>> scenario = cepasim.Scenario.from_dict({"name": "reference"})
>>> result = cepasim.simulate(economy, scenario)
"""

from cepasim.economy import Economy, load
from cepasim.problems import InputError, Problem, RunError
from cepasim.result import Result
from cepasim.scenario import Scenario
from cepasim.simulate import simulate

__all__ = [
    "Economy",
    "InputError",
    "Problem",
    "Result",
    "RunError",
    "Scenario",
    "load",
    "simulate",
]
