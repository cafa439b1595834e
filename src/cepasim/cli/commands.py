"""The command line. It computes nothing: it reads, runs, shows and writes.

One file for each command, listed here in the order of the help. Everything heavy is imported
inside the commands, so that help comes at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from typing import Annotated

import typer

from cepasim.cli.advice import list_lines
from cepasim.cli.calibrate import calibrate
from cepasim.cli.check import check
from cepasim.cli.clauses import clause_sheet
from cepasim.cli.data import data
from cepasim.cli.errors import FAILED
from cepasim.cli.front_end import front_end
from cepasim.cli.fund import allocate_fund
from cepasim.cli.help import InWords
from cepasim.cli.lines import lines
from cepasim.cli.negotiate import negotiate
from cepasim.cli.offers import compare_offers, triggers
from cepasim.cli.params import params
from cepasim.cli.reader import for_reader
from cepasim.cli.reference import reference
from cepasim.cli.run import run
from cepasim.cli.scenarios import scenarios
from cepasim.cli.studies import batch, compare_engines, montecarlo
from cepasim.cli.target import exchange, target
from cepasim.core.disk_cache import OFF, SWITCH

app = typer.Typer(
    name="cepasim",
    cls=InWords,
    help="What a CEPA review, barrier relief and an India-focused fund would do to India-Japan "
    "trade, by HS sector.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(for_reader(run))
app.command()(for_reader(check))
app.add_typer(params, name="params")
app.add_typer(data, name="data")
app.command()(for_reader(scenarios))
app.command()(for_reader(reference))
app.command("app")(front_end)
app.command("compare-engines")(for_reader(compare_engines))
app.command()(for_reader(calibrate))
app.command()(for_reader(montecarlo))
app.command()(for_reader(batch))
app.command()(for_reader(target))
app.command()(for_reader(exchange))
app.command("allocate-fund")(for_reader(allocate_fund))
app.command("compare-offers")(for_reader(compare_offers))
app.command("clause-sheet")(for_reader(clause_sheet))
app.command()(for_reader(triggers))
app.command("list")(for_reader(list_lines))
app.command()(for_reader(lines))
app.command()(for_reader(negotiate))


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Read the tables anew and keep nothing for later runs."),
    ] = False,
) -> None:
    if no_cache:
        os.environ[SWITCH] = OFF  # for the processes that a command starts, too
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"cepasim {installed_version('cepasim')}")
        raise typer.Exit


def main() -> None:
    """Run the command line: the entry point of the ``cepasim`` program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a dash gets a question mark, not a traceback.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    # Modules and tables make many objects and little garbage: looking for it after every 700 of
    # them takes a tenth of a short run.
    gc.set_threshold(50_000, 20, 20)
    # Nor is anything looked through again when the program ends: what is left goes with it.
    atexit.register(gc.freeze)
    # Being stopped is no reason to leave a half-written folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAILED))
    app()
