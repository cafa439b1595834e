"""cepasim: what a CEPA review, barrier relief and a US$ 2 billion fund do to India-Japan trade.

>>> import cepasim
>>> economy = cepasim.load()
>>> scenario = cepasim.Scenario.from_dict({"name": "reference"})
>>> result = cepasim.simulate(economy, scenario)
"""

from typing import TYPE_CHECKING, Any

from cepasim.core.importing import uncollected as _uncollected

with _uncollected():
    from cepasim.core.language import language
    from cepasim.core.problems import InputError, Problem, RunError
    from cepasim.economy.economy import Economy
    from cepasim.economy.loading import load
    from cepasim.params.currencies import currency
    from cepasim.result import Result
    from cepasim.scenario.bundled import scenarios
    from cepasim.scenario.scenario import Scenario
    from cepasim.simulate import simulate

if TYPE_CHECKING:
    from cepasim import data as data
    from cepasim.calibrate.backcast.backcast import backcast
    from cepasim.calibrate.backcast.decompose import decompose_history
    from cepasim.studies.advice.allocate import allocate_fund
    from cepasim.studies.advice.exchange import what_must_be_given
    from cepasim.studies.advice.negotiate import negotiate
    from cepasim.studies.advice.offers import compare_offers
    from cepasim.studies.advice.product_list import product_list
    from cepasim.studies.advice.target import what_would_it_take
    from cepasim.studies.advice.triggers import triggers
    from cepasim.studies.batch import batch
    from cepasim.studies.break_even import fund_break_even
    from cepasim.studies.fund_industries import fund_industries, fund_money
    from cepasim.studies.grid import grid
    from cepasim.studies.monte_carlo import monte_carlo
    from cepasim.studies.reference_path import reference
    from cepasim.studies.sensitivity import sensitivity, tornado
    from cepasim.studies.sweep import sweep
    from cepasim.studies.tariff_lines import tariff_lines
    from cepasim.tables.concentration import compare_basket

__all__ = [
    "Economy",
    "InputError",
    "Problem",
    "Result",
    "RunError",
    "Scenario",
    "allocate_fund",
    "backcast",
    "batch",
    "compare_basket",
    "compare_offers",
    "currency",
    "decompose_history",
    "fund_break_even",
    "fund_industries",
    "fund_money",
    "grid",
    "language",
    "load",
    "monte_carlo",
    "negotiate",
    "product_list",
    "reference",
    "scenarios",
    "sensitivity",
    "simulate",
    "sweep",
    "tariff_lines",
    "tornado",
    "triggers",
    "what_must_be_given",
    "what_would_it_take",
]

# Found when first asked for: each is also a program of its own (python -m ...), and a run of a
# scenario needs none of them.
_ON_DEMAND = {
    "compare_offers": "cepasim.studies.advice.offers",
    "triggers": "cepasim.studies.advice.triggers",
    "allocate_fund": "cepasim.studies.advice.allocate",
    "batch": "cepasim.studies.batch",
    "backcast": "cepasim.calibrate.backcast.backcast",
    "compare_basket": "cepasim.tables.concentration",
    "decompose_history": "cepasim.calibrate.backcast.decompose",
    "fund_break_even": "cepasim.studies.break_even",
    "fund_industries": "cepasim.studies.fund_industries",
    "fund_money": "cepasim.studies.fund_industries",
    "grid": "cepasim.studies.grid",
    "monte_carlo": "cepasim.studies.monte_carlo",
    "negotiate": "cepasim.studies.advice.negotiate",
    "product_list": "cepasim.studies.advice.product_list",
    "reference": "cepasim.studies.reference_path",
    "sensitivity": "cepasim.studies.sensitivity",
    "sweep": "cepasim.studies.sweep",
    "tariff_lines": "cepasim.studies.tariff_lines",
    "tornado": "cepasim.studies.sensitivity",
    "what_must_be_given": "cepasim.studies.advice.exchange",
    "what_would_it_take": "cepasim.studies.advice.target",
}
# Rooms with a door of their own: cepasim.data.read.
_ROOMS = ("data",)


def __getattr__(name: str) -> Any:
    if name in _ON_DEMAND or name in _ROOMS:
        from importlib import import_module

        module = import_module(_ON_DEMAND.get(name, f"cepasim.{name}"))
        return module if name in _ROOMS else getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
