"""Every form of the origin lever, with the signs of its effects."""

from __future__ import annotations

from cepasim.levers.lever import Example

_CLOTHING = {"importer": "JPN", "select": {"section": "XI"}, "start": "2026-27"}

ORIGIN_EXAMPLES: tuple[Example, ...] = (
    Example(
        "in Japan",
        {
            "importer": "JPN",
            "select": {"section": "XI"},
            "cost_cut_percent": 60,
            "start": "2026-27",
        },
        "+++-0",
        "more of India's clothing claims the preference",
    ),
    Example(
        "in India",
        {
            "importer": "IND",
            "select": {"all": True},
            "cost_cut_percent": 60,
            "start": "2026-27",
            "years": 3,
        },
        "0+-0-",
        "more of Japan's goods claim theirs: most of the margin is on India's side",
    ),
    Example(
        "one process",
        _CLOTHING | {"rule": "one_process"},
        "+++-0",
        "clothing of imported fabric originates: more claims, cheaper inputs",
    ),
    Example(
        "either test",
        _CLOTHING | {"select": {"all": True}, "rule": "ctsh_or_va35"},
        "+++-0",
        "one test instead of two: cheaper to prove, and more goods pass",
    ),
    Example(
        "change of heading",
        {
            "importer": "IND",
            "select": {"hs": ["84", "85"]},
            "rule": "cth",
            "start": "2026-27",
        },
        "0+-0-",
        "Japanese machinery need not prove its value content",
    ),
    Example(
        "de minimis",
        _CLOTHING | {"rule": "de_minimis"},
        "+++-0",
        "a small foreign input no longer costs the origin",
    ),
    Example(
        "cumulation",
        _CLOTHING | {"select": {"all": True}, "rule": "asean_cumulation"},
        "+++-0",
        "inputs of ASEAN count as India's own",
    ),
    Example(
        "self-certification",
        _CLOTHING | {"rule": "self_certification"},
        "+++-0",
        "no certificate to pay and wait for: small consignments claim",
    ),
    Example(
        "two rules",
        _CLOTHING | {"rule": ["ctsh_or_va35", "self_certification"]},
        "+++-0",
        "what India asks for together: either test, declared by the exporter",
    ),
)
