"""The same economy under other rules: which line is taken, what products weigh, who claims.

A method of `Economy`, beside `with_elasticities`: what the model could have been built on as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from cepasim.core.immutable import FrozenMapping
from cepasim.economy.claims import UseRule
from cepasim.economy.japan import under_line_rule
from cepasim.economy.market import markets_of
from cepasim.economy.rates import LineRule
from cepasim.economy.weights import ProductRule

EconomyT = TypeVar("EconomyT")
#: Rule for lines, weights of products, use of preferences.
Rules: TypeAlias = tuple[LineRule, ProductRule, UseRule]


def with_rules(
    economy: EconomyT,
    line_rule: LineRule | None = None,
    product_rule: ProductRule | None = None,
    use_rule: UseRule | None = None,
) -> EconomyT:
    """Return the same economy under other rules; None leaves one as it is.

    Parameters
    ----------
    economy : Economy
        The one to change.
    line_rule, product_rule, use_rule : str, optional
        As `Economy.build` has them.

    Returns
    -------
    Economy
        The one given where there is nothing to change.
    """
    known: Any = economy  # the class that has this method imports this module
    rules: dict[str, Any] = {
        "line_rule": line_rule or known.line_rule,
        "product_rule": product_rule or known.product_rule,
        "use_rule": use_rule or known.use_rule,
    }
    if all(getattr(known, name) == rule for name, rule in rules.items()):
        return economy
    if known.coarse is not None:
        own = set(known.chapters) - set(known.coarse.chapters)
        coarse = with_rules(known.coarse, line_rule, product_rule, use_rule)
        return coarse.with_products(own)  # type: ignore[no-any-return]
    schedules = {importer: market.schedule for importer, market in known.markets.items()}
    if rules["line_rule"] != known.line_rule:
        schedules["JPN"] = under_line_rule(schedules["JPN"], known.parameters, rules["line_rule"])
    markets = markets_of(
        schedules,
        known.parameters,
        known.ground,
        known.ground.benchmarks,
        rules["product_rule"],
        rules["use_rule"],
    )
    changed = replace(known, markets=FrozenMapping(markets), **rules)
    return changed  # type: ignore[no-any-return]
