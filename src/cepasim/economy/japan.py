"""Japan's tariff: nine-digit lines, the rates of 2026 rolled back to those of the base year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cepasim.core.arrays import Floats, Ints, frozen_floats, read_only
from cepasim.core.countries import PARTNER
from cepasim.core.immutable import FrozenMapping
from cepasim.economy.benchmark import exporters_of
from cepasim.economy.lines import Lines
from cepasim.economy.rates import LateRates, LineFacts, LineRule
from cepasim.economy.schedule import TariffSchedule
from cepasim.params.parameters import Parameters

#: Column of Japan's schedule that a source without one of its own reads.
_JAPAN_COLUMN = {"BGD": "LDC", "KHM": "LDC", "MMR": "LDC"}
#: Sources whose rates in Japan may still fall after the base year.
_ROLLED_BACK = ("CHN", "KOR", "EU27", "GBR", "USA")


@dataclass(frozen=True, eq=False)
class JapanFacts:
    """What Japan's rates are made of, whatever the figures are: N lines.

    Attributes
    ----------
    mfn : ndarray, shape (N,)
        MFN rate, fraction; NaN where no ad-valorem rate is known.
    published : mapping of source to ndarray of shape (N,)
        Rates as in the schedule of 2026.
    gsp : ndarray, shape (N,)
        General preference, fraction; NaN where there is none.
    last_step : ndarray, shape (N,)
        Last instalment of category B15, fraction; NaN elsewhere.
    """

    mfn: Floats
    published: Mapping[str, Floats]
    gsp: Floats
    last_step: Floats

    def levels(self, source: str) -> tuple[Floats, Floats]:
        """MFN rates and those of a source: no rule turns their order round."""
        return self.mfn, self.published[source]

    def marks(self, source: str) -> tuple[Floats, ...]:
        """All else that the rates of a source are made of."""
        return {"IND": (self.gsp, self.last_step), "BGD": (self.gsp,)}.get(source, ())

    def at(self, lines: Ints, source: str) -> JapanFacts:
        """Facts of some of the lines, as far as one source goes."""
        return JapanFacts(
            mfn=self.mfn[lines],
            published=FrozenMapping({source: self.published[source][lines]}),
            gsp=self.gsp[lines],
            last_step=self.last_step[lines],
        )

    def reordered(self, lines: Ints) -> JapanFacts:
        """Facts of all lines in another order; sources that share an array go on sharing it."""
        moved = {id(rates): rates[lines] for rates in self.published.values()}
        return JapanFacts(
            mfn=self.mfn[lines],
            published=FrozenMapping({s: moved[id(rates)] for s, rates in self.published.items()}),
            gsp=self.gsp[lines],
            last_step=self.last_step[lines],
        )


@dataclass(frozen=True, eq=False)
class JapanRates:
    """Japan's rates, rolled back to those of the base year where they still fell.

    The 2026 rates are official; those of the base year follow the roll-back rules: a share of the
    cut already made (RCEP, EU, United Kingdom, United States), or a number of B15 instalments left
    (India). Sources without a preference of their own pay the MFN rate.

    Attributes
    ----------
    facts : JapanFacts
    base_year, schedule_year : int
    gsp_use : float
        Share of India's trade that has the general preference where it is lower.
    done : mapping of source to float
        Share of the cut that was made by the base year.
    steps_left : float
        Instalments of category B15 left after the base year.
    ldc_end : int
        First year in which Bangladesh is no longer a least developed country.
    """

    facts: JapanFacts
    base_year: int
    schedule_year: int
    gsp_use: float
    done: Mapping[str, float]
    steps_left: float
    ldc_end: int
    _found: dict[str, tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    @classmethod
    def under(cls, facts: JapanFacts, parameters: Parameters) -> JapanRates:
        """Rates under the parameters."""
        value = parameters.value
        return cls(
            facts=facts,
            base_year=parameters.base_year.first,
            schedule_year=parameters.schedule_year.first,
            gsp_use=value("gsp_use_ind"),
            done={
                e: value(f"roll_back_share_{e.lower()}")
                for e in _ROLLED_BACK
                if e in facts.published
            },
            steps_left=value("b15_remaining_steps"),
            ldc_end=int(value("bangladesh_ldc_end")),
        )

    @property
    def mfn(self) -> Floats:
        """MFN rates, shape (N,)."""
        return self.facts.mfn

    def drawn(self, source: str) -> bool:
        """Whether the figures have a say in the rates of a source."""
        return source in ("IND", "BGD") or source in self.done

    def of(self, source: str) -> tuple[Floats, Floats]:
        """Rates of a source in the base year and with all cuts made."""
        if source not in self._found:
            self._found[source] = self._of(source)
        return self._found[source]

    def _of(self, source: str) -> tuple[Floats, Floats]:
        facts = self.facts
        final = facts.published[source]
        if source == "IND":
            final = final - self.gsp_use * np.nan_to_num(final - np.fmin(final, facts.gsp))
            due = np.isnan(facts.last_step)
            base = np.where(due, final, self.steps_left * facts.last_step)
        elif self.done.get(source, 1.0) != 1.0:
            rolled = facts.mfn - (facts.mfn - final) * self.done[source]
            base = np.where(np.isnan(rolled), final, rolled)
        else:
            return final, final
        return read_only(base), read_only(final)

    def late(self, source: str) -> LateRates | None:
        """The end of Bangladesh's treatment as a least developed country."""
        if source != "BGD":
            return None
        return self._after_ldc

    @cached_property
    def _after_ldc(self) -> LateRates:
        facts = self.facts
        return LateRates(self.ldc_end, 1, np.where(np.isnan(facts.gsp), facts.mfn, facts.gsp))

    def on(self, facts: LineFacts) -> JapanRates:
        """Rates of other lines under the same figures."""
        assert isinstance(facts, JapanFacts)
        return replace(self, facts=facts, _found={})


def japan_schedule(
    parameters: Parameters, chapters: tuple[str, ...], line_rule: LineRule
) -> TariffSchedule:
    """Read Japan's nine-digit lines; the rates of 2026 are official."""
    lines = parameters.table("tariffs/japan_lines").sort_values("hs9", kind="stable")
    # Seasonal rates stand as two rows of one code: the mean of the seasons.
    rate_columns = [c for c in lines.columns if c == "mfn_pct" or (c.isupper() and len(c) >= 3)]
    rates = lines.groupby("hs9", sort=True)[rate_columns + ["b15_rate_jan_2026_pct"]].mean() / 100
    words = lines.groupby("hs9", sort=True)[["cepa_status", "mfn_kind"]].first()
    codes = rates.index.to_numpy(dtype=str)
    mfn = rates["mfn_pct"].to_numpy(float)

    exporters = exporters_of(parameters, "japan_imports")
    columns = {}
    for exporter in exporters:
        name = _JAPAN_COLUMN.get(exporter, exporter)
        own = rates[name].to_numpy(float) if name in rates else np.full(len(codes), np.nan)
        if name == "LDC":
            # Where the general preference is lower, or is all there is, they have that too.
            own = np.fmin(own, rates["GSP"].to_numpy(float))
        columns[exporter] = np.where(np.isnan(own), mfn, own)
    gsp = rates["GSP"].to_numpy(float)
    last_step = rates["b15_rate_jan_2026_pct"].to_numpy(float)
    ordered = Lines.of(codes, chapters)
    first: dict[bytes, int] = {}
    alone = ("IND", "BGD", *_ROLLED_BACK)
    alike = tuple(
        place if e in alone else first.setdefault(columns[e].tobytes(), place)
        for place, e in enumerate(exporters)
    )
    published = [ordered.padded(columns[exporters[place]]) for place in alike]
    facts = JapanFacts(
        mfn=ordered.padded(mfn),
        published=FrozenMapping(dict(zip(exporters, published, strict=True))),
        gsp=ordered.padded(gsp),
        last_step=ordered.padded(last_step),
    )
    return ordered.schedule(
        "JPN",
        exporters,
        words["cepa_status"].to_numpy(str),
        words["mfn_kind"].to_numpy(str),
        _line_use(parameters, ordered.codes, ordered.first, exporters, line_rule),
        alike,
        JapanRates.under(facts, parameters),
    )


def under_line_rule(
    schedule: TariffSchedule, parameters: Parameters, line_rule: LineRule
) -> TariffSchedule:
    """Return Japan's schedule with the lines of a product used by another rule."""
    key = "line rule", line_rule
    found = schedule.known.get(key)
    if found is None:
        lines, first, exporters = schedule.lines, schedule.first_line, schedule.exporters
        use = _line_use(parameters, lines, first, exporters, line_rule)
        schedule.known[key] = found = schedule.used(use)
    assert isinstance(found, TariffSchedule)
    return found.under(schedule.rates)


def _line_use(
    parameters: Parameters,
    lines: NDArray[np.str_],
    first: Ints,
    exporters: tuple[str, ...],
    line_rule: LineRule,
) -> dict[str, Floats]:
    """Weights of lines in their products by source; who is not named takes the best line."""
    if line_rule == "mean":
        return dict.fromkeys(exporters, frozen_floats(np.ones(len(lines))))
    if line_rule == "best":
        return {}
    table = parameters.table("tariffs/japan_lines_used").set_index("hs9")["share"]
    shares = table.reindex(lines).fillna(0.0).to_numpy(float, copy=True)
    if line_rule == "claims_else_mean":
        counts = np.diff(np.append(first, len(lines)))
        silent = np.add.reduceat(shares, first) == 0
        shares[np.repeat(silent, counts)] = 1.0
    return {PARTNER["JPN"]: frozen_floats(shares)}
