"""Where and how a result is shown: printed, or written into a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from cepasim.cli.errors import refuse, refuse_no_folder
from cepasim.cli.options import OutputFormat
from cepasim.core.language import tr

if TYPE_CHECKING:
    from cepasim.result import FileFormat, Result
    from cepasim.tables.names import Level


def check_output(out: Path | None, output_format: OutputFormat | None) -> None:
    """Refuse what cannot be written before anything is run."""
    refuse_no_folder(out)
    if out is None and output_format in (OutputFormat.PARQUET, OutputFormat.XLSX):
        refuse("--format", str(output_format), tr("with --out DIR, as it cannot be printed"))


def print_result(
    result: Result, output_format: OutputFormat, level: Level, shown_year: str, year: str | None
) -> None:
    """Print to the standard output; data cover every year unless one was asked for."""
    from cepasim.core import files
    from cepasim.report import terminal

    if output_format is OutputFormat.TABLE:
        terminal.print_page(result, level, shown_year)
    elif output_format is OutputFormat.JSON:
        sys.stdout.write(files.json_text(result.document(level)))
    else:
        result.balance(level, year).to_csv(sys.stdout, index=False, lineterminator="\n")


def write_result(
    result: Result,
    out: Path,
    output_format: OutputFormat | None,
    level: Level,
    shown_year: str,
    options: dict[str, Any],
) -> None:
    """Write a result and its manifest into a folder."""
    from cepasim.core import files
    from cepasim.report import terminal

    if output_format is OutputFormat.TABLE:
        with files.replace_folder(out) as folder:
            files.write_text(terminal.text(result, level, shown_year), folder / "result.txt")
            result.write_about(folder, options)
    else:
        file_format = cast("FileFormat", (output_format or OutputFormat.CSV).value)
        result.to_folder(out, file_format, by=level, options=options)
