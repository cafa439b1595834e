"""The page of the documentation: ``python -m cepasim.calibrate.evidence docs/evidence.md``."""

from __future__ import annotations

import sys

from cepasim.calibrate.evidence.calibration import calibration
from cepasim.calibrate.evidence.page import markdown
from cepasim.economy.loading import load
from cepasim.report.pages import write_page


def main(arguments: list[str] | None = None) -> int:
    """Write the page to the path given, or print it; returns the exit code."""
    return write_page(
        "cepasim.calibrate.evidence docs/evidence.md",
        lambda: markdown(calibration(load())),
        arguments,
    )


if __name__ == "__main__":
    sys.exit(main())
