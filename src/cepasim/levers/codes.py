"""Codes of countries and groups that a setting may hold, for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cepasim.products.classification import Classification


def sources_of(settings: Mapping[str, Any], classification: Classification) -> tuple[str, ...]:
    """Sources in the market of a lever's importer; all there are where it names none."""
    return classification.sources(str(settings.get("importer"))) or every_code(classification)


def every_code(classification: Classification) -> tuple[str, ...]:
    """Codes of all countries and groups."""
    return tuple(partner.code for partner in classification.partners)
