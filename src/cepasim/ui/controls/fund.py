"""The fund: its size, windows and years."""

from __future__ import annotations

import streamlit as st

from cepasim.core.currency import large_dollars
from cepasim.core.language import mark, ntr, separated, tr
from cepasim.levers.words import WINDOWS
from cepasim.ui.controls.control import Control
from cepasim.ui.controls.form import Form
from cepasim.ui.controls.group import Group, everything, of_bundled
from cepasim.ui.messages import plain

#: An end for comfort; a value beyond it (from a file or a link) widens the slider.
_FUND_SLIDER_BN = 10.0


def _main(form: Form) -> None:
    unit, per_bn = large_dollars()
    form.main(
        "usd_bn" if per_bn == 1 else f"usd_bn:{per_bn:g}",
        tr("Size"),
        per_bn * float(form.settings["usd_bn"]),
        (0.0, per_bn * _FUND_SLIDER_BN),
        per_bn * 0.5,
        unit.amount.format(number="%.1f" if per_bn == 1 else "%g"),
        lambda shown: float(shown) / per_bn,
    )


def _details(form: Form) -> None:
    first, second = WINDOWS
    form.slider(
        "windows",
        tr("Share of the labour-intensive window"),
        round(100 * float(form.settings["windows"].get(first, 0.0))),
        (0, 100),
        5,
        "%d %%",
        lambda percent: {first: percent / 100, second: 1 - percent / 100},
        tr("The rest goes to the sunrise window."),
    )
    industries = form.settings.get("industries")
    if industries:
        classification = form.found.figures.economy.classification
        labels = {tag: classification.tag_label(tag) for tag in classification.tags}
        said = separated(
            f"{tr(labels.get(name, name))} {100 * share:g} %" for name, share in industries.items()
        )
        st.caption(tr("Within the windows, as in the file: {shares}", shares=plain(said)))
    form.start()
    form.steps(tr("Years over which it is paid"))
    form.check(
        "replenish",
        tr("Replenished once used"),
        bool(form.settings.get("replenish")),
        tr("The same sum again, each time it is spent, until the horizon."),
    )
    form.check(
        "replacement",
        tr("Worn-out plants replaced"),
        bool(form.settings.get("replacement")),
        tr("The owners replace what wears out at their own cost; otherwise the plants run down."),
    )


CONTROL = Control(
    "fund",
    (
        Group(
            "fund",
            mark("India-focused fund"),
            mark("Japanese grants for plants in India, by window."),
            everything,
            of_bundled("full-package", "fund"),
            single=True,
        ),
    ),
    _main,
    _details,
    steps=lambda years: ntr("over {n} year", "over {n} years", years),
)
