"""cepasim: what a CEPA review, barrier relief and a US$ 2 billion fund do to India-Japan trade.

>>> import cepasim
>>> economy = cepasim.load()
>>> scenario = cepasim.Scenario.from_dict({"name": "reference"})
>>> result = cepasim.simulate(economy, scenario)
"""

from typing import TYPE_CHECKING, Any

from cepasim.economy import Economy, load
from cepasim.problems import InputError, Problem, RunError
from cepasim.result import Result
from cepasim.scenario import Scenario
from cepasim.simulate import simulate

if TYPE_CHECKING:
    from cepasim.basket import compare_basket
    from cepasim.batches import batch, grid
    from cepasim.break_even import fund_break_even
    from cepasim.calibrate.backcast import backcast
    from cepasim.calibrate.decompose import decompose_history
    from cepasim.montecarlo import monte_carlo
    from cepasim.sensitivities import sensitivity, sweep, tornado

__all__ = [
    "Economy",
    "InputError",
    "Problem",
    "Result",
    "RunError",
    "Scenario",
    "backcast",
    "batch",
    "compare_basket",
    "decompose_history",
    "fund_break_even",
    "grid",
    "load",
    "monte_carlo",
    "sensitivity",
    "simulate",
    "sweep",
    "tornado",
]

# Found when first asked for: each is also a program of its own (python -m ...), and a run of a
# scenario needs none of them.
_ON_DEMAND = {
    "batch": "cepasim.batches",
    "backcast": "cepasim.calibrate.backcast",
    "compare_basket": "cepasim.basket",
    "decompose_history": "cepasim.calibrate.decompose",
    "fund_break_even": "cepasim.break_even",
    "grid": "cepasim.batches",
    "monte_carlo": "cepasim.montecarlo",
    "sensitivity": "cepasim.sensitivities",
    "sweep": "cepasim.sensitivities",
    "tornado": "cepasim.sensitivities",
}


def __getattr__(name: str) -> Any:
    if name in _ON_DEMAND:
        from importlib import import_module

        return getattr(import_module(_ON_DEMAND[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
