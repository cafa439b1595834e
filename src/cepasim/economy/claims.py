"""Who claims a preference in one market: what is observed, and the function behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cepasim.core.arrays import Floats, frozen_floats
from cepasim.core.countries import PARTNER
from cepasim.equilibrium.preferences import Consignments, LogLogistic, UseFunction
from cepasim.params.parameters import Parameters

#: Spread of the costs of claiming: a fixed cost against log-normal consignments, or log-logistic.
UseRule = Literal["consignments", "log_logistic"]


@dataclass(frozen=True, eq=False)
class Claims:
    """Use of preferences in one market.

    Attributes
    ----------
    function : UseFunction
        How use depends on the margin and the cost of claiming.
    maximum : float
        Share of the partner's trade that could claim at all.
    observed : ndarray, shape (H,)
        Share of the partner's trade with a margin that claims.
    others : ndarray, shape (S,)
        Share of the trade with a margin that each source claims, whatever the margin; the
        partner's is ``maximum``.
    """

    function: UseFunction
    maximum: float
    observed: Floats
    others: Floats

    @classmethod
    def read(
        cls,
        parameters: Parameters,
        importer: str,
        exporters: Sequence[str],
        chapters: Sequence[str],
        use_rule: UseRule,
    ) -> Claims:
        """Use of preferences under the parameters."""
        partner = PARTNER[importer]
        spread = parameters.value("consignment_spread")
        maximum = parameters.uniform("utilisation_max", chapters, importer, partner)
        own = exporters.index(partner)
        others = [*exporters[:own], *exporters[own + 1 :]]
        rivals = parameters.by_source("utilisation_rivals", chapters, others, importer)
        if (rivals != rivals[0]).any():
            for source in others:
                parameters.uniform("utilisation_rivals", chapters, importer, source)
        return cls(
            function=Consignments(spread) if use_rule == "consignments" else LogLogistic(),
            maximum=maximum,
            observed=parameters.by_chapter("utilisation_observed", chapters, importer, partner),
            others=frozen_floats(np.concatenate([rivals[0, :own], [maximum], rivals[0, own:]])),
        )
