"""Names that come from data and are shown to readers, for the catalogues of translators."""

from __future__ import annotations

from collections.abc import Iterator

from cepasim.core.countries import ADJECTIVE, COUNTRY
from cepasim.core.yaml_lines import read_yaml
from cepasim.economy.verdict import verdicts
from cepasim.params.parameters import Parameters, bundled_directory
from cepasim.params.words import WORDS
from cepasim.products.classification import Classification
from cepasim.scenario.reading import MAX_BYTES


def names_shown(parameters: Parameters) -> Iterator[str]:
    """Yield what is said of countries, products, parameters, scenarios, and the verdict of history.

    Tariff lines and subheadings keep the English of their schedules: thousands of official
    descriptions, each of which has an official text of its own in the other language.
    """
    classification = Classification.from_parameters(parameters)
    yield from COUNTRY.values()
    yield from ADJECTIVE.values()
    yield from (partner.name for partner in classification.partners)
    yield from (section.name for section in classification.sections)
    yield from (classification.name(hs) for hs in classification.chapters)
    yield from (classification.tag_label(tag) for tag in classification.tags)
    yield from parameters.table("classification/windows")["label"].unique()
    yield from parameters.table("ntb/presets")["note"]
    yield from WORDS.values()
    yield from sorted(filter(None, parameters.rows["unit"].astype(str).unique()))
    for verdict in verdicts(parameters).values():
        parts = (verdict.asked, verdict.answer, verdict.why, verdict.note)
        yield from (part.message for part in parts if part)
    yield from parameters.table("uncertainty/model_choice")["label"]
    for path in sorted((bundled_directory() / "scenarios").glob("*.yaml")):
        data = read_yaml(path, MAX_BYTES).data
        yield str(data["name"])
        if data.get("description"):
            yield str(data["description"])
