"""The door: a file is recognised by its columns, never by its name, and read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cepasim.core.language import separated, tr
from cepasim.core.problems import InputError, Problem
from cepasim.data.assemble import assemble
from cepasim.data.duties import assemble_duties
from cepasim.data.layout import Fiscal, Hints, Layout
from cepasim.data.layouts.comtrade import BEFORE_2023, SINCE_2023
from cepasim.data.layouts.duties import INDIA_SCHEDULE, JAPAN_SCHEDULE, TARIFF_TEMPLATE, WITS
from cepasim.data.layouts.japan_customs import BY_GOODS, BY_ITEM, CLAIMS
from cepasim.data.layouts.template import TEMPLATE
from cepasim.data.layouts.tradestat import TRADESTAT
from cepasim.data.reading import Reading
from cepasim.data.sheet import Sheet, read_sheet
from cepasim.params.loading import load_parameters
from cepasim.params.parameters import Parameters

#: Layouts, the narrower before the broader.
LAYOUTS: Final[tuple[Layout, ...]] = (
    SINCE_2023,
    BEFORE_2023,
    BY_ITEM,
    BY_GOODS,
    CLAIMS,
    TRADESTAT,
    WITS,
    JAPAN_SCHEDULE,
    INDIA_SCHEDULE,
    TARIFF_TEMPLATE,
    TEMPLATE,
)
_CELLS_SHOWN = 12


def read(
    path: Path | str,
    *,
    reporter: str | None = None,
    partner: str | None = None,
    flow: str | None = None,
    unit: str | None = None,
    year: str | None = None,
    fiscal: Fiscal | None = None,
    parameters: Parameters | None = None,
) -> Reading:
    """Read a file of a customs portal, or of the program's own template.

    Parameters
    ----------
    path : path
        Recognised by its columns: CSV, HTML or .xlsx, whatever it is called.
    reporter, partner : str, optional
        ISO codes, where the file does not name them.
    flow : {"export", "import"}, optional
        Seen from the reporter, where the file does not say.
    unit : str, optional
        Where the file does not say: "US$", "US$ thousand", "US$ mn", "Rs lakh", "Rs crore",
        "yen", "yen thousand", "yen mn".
    year : str, optional
        Only this year, "2023-24" or "2023".
    fiscal : {"same", "months", "quarters"}, optional
        How calendar years become India's fiscal years: the calendar year stands for the fiscal
        year that begins in it, or months are added up April to March, or three quarters of a year
        and one of the next. Without it calendar years stay what they are.
    parameters : Parameters, optional
        Exchange rates, countries and the benchmark that the file is compared with; the bundled
        ones if not given.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        With every problem of the file: a layout that is not known, exchanged flows, another
        unit, codes of no vintage.
    """
    hints = Hints(reporter, partner, flow, unit, year, fiscal)
    return inspect(path, hints, parameters).sound()


def inspect(
    path: Path | str, hints: Hints | None = None, parameters: Parameters | None = None
) -> Reading:
    """Read a file as ``read`` does, and hand on what is wrong with it beside what was understood.

    Parameters
    ----------
    path : path
    hints : Hints, optional
    parameters : Parameters, optional

    Raises
    ------
    InputError
        For a file that cannot be opened, or of no known layout.
    """
    sheet = read_sheet(path)
    hints = hints or Hints()
    parameters = parameters or load_parameters()
    for layout in LAYOUTS:
        place = layout.heading(sheet)
        if place is not None:
            taken = layout.take(sheet, place, hints)
            if layout.kind == "tariffs":
                return assemble_duties(sheet.file, layout, taken, hints, parameters)
            return assemble(sheet.file, layout, taken, hints, parameters)
    raise InputError([_unknown(sheet)])


def _unknown(sheet: Sheet) -> Problem:
    """Why a file of no layout is refused: what was found, and what is known."""
    found = separated(sheet.rows[0][:_CELLS_SHOWN])
    known = "; ".join(f"{tr(layout.name)} ({tr(layout.columns)})" for layout in LAYOUTS)
    words = tr("one of the known layouts: {known}", known=known)
    return Problem(sheet.file, None, "columns", found, words)
