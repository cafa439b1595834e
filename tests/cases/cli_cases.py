"""Bad command lines and grid files: what is given, and the words that must answer it."""

from __future__ import annotations

#: Name, kind ("refused": exit code 2), words that the answer holds.
CASES: list[tuple[str, str, str]] = []
#: Name -> arguments; "{grid}" is the grid file, "{folder}" an empty folder, "{file}" a file.
COMMANDS: dict[str, list[str]] = {}
#: Name -> content of the grid file, where there is one.
GRIDS: dict[str, bytes] = {}

OUT = ["--out", "{folder}/out"]


def _command(name: str, words: str, *arguments: str) -> None:
    CASES.append((name, "refused", words))
    COMMANDS[name] = list(arguments)


def _grid(name: str, words: str, content: bytes) -> None:
    _command(name, words, "batch", "--grid", "{grid}", "--workers", "1", *OUT)
    GRIDS[name] = content


# --- names and places ---------------------------------------------------------------------------

_command("no command of that name", "No such command", "runn", "reference")
_command("run without a scenario", "Missing argument", "run")
_command("misspelt scenario", "did you mean full-package?", "run", "ful-package")
_command("scenario that is nowhere", "a scenario file, or one of", "run", "nowhere.yaml")
_command("folder for a scenario", "SCENARIO", "run", "{folder}")
_command("two scenarios for one", "unexpected extra argument", "run", "reference", "fund-2bn")
_command("empty name of a folder", "a name, not an empty one", "run", "reference", "--out", "")
_command("out is a file", "--out", "run", "reference", "--out", "{file}")
_command("parameter folder that is nowhere", "an existing", "run", "reference", "--params", "nix")
_command("check of nothing", "folder", "check", "nowhere")
_command("check without a folder", "Missing argument", "check")

# --- options ------------------------------------------------------------------------------------

_command("unknown option", "No such option", "run", "reference", "--yeer", "2030-31")
_command("option without its value", "requires an argument", "run", "reference", "--year")
_command("engine of no name", "armington", "run", "reference", "--engine", "oracle")
_command("year that is half a year", "--year", "run", "reference", "--year", "2030")
_command("year past the horizon", "2023-24 to 2035-36", "run", "reference", "--year", "2050-51")
_command("format of no name", "pdf", "run", "reference", "--format", "pdf")
_command("level of no name", "heading", "run", "reference", "--by", "heading")
_command("workbook on the screen", "with --out DIR", "run", "reference", "--format", "xlsx")
_command("engine compared with a folder", "No such option", "compare-engines", "reference", *OUT)

# --- draws and workers --------------------------------------------------------------------------

_MONTECARLO = ["montecarlo", "reference", *OUT]
_command("draws without a folder", "--out", "montecarlo", "reference")
_command("no draws", "--draws", *_MONTECARLO, "--draws", "0")
_command("draws below none", "--draws", *_MONTECARLO, "--draws", "-5")
_command("half a draw", "--draws", *_MONTECARLO, "--draws", "1.5")
_command("draws as a word", "--draws", *_MONTECARLO, "--draws", "many")
_command("draws beyond all use", "draws", *_MONTECARLO, "--draws", "100000000", "--workers", "1")
_command("seed below none", "--seed", *_MONTECARLO, "--seed", "-1")
_command("workers below none", "--workers", *_MONTECARLO, "--workers", "-1")
_command("workers beyond all use", "workers", *_MONTECARLO, "--workers", "100000")
_command("ranges by an engine of no name", "armington", *_MONTECARLO, "--engine", "oracle")

# --- batches ------------------------------------------------------------------------------------

_BATCH = ["batch", "reference", "--workers", "1"]
_command("batch without a folder", "--out", *_BATCH)
_command("batch of nothing", "at least one scenario", "batch", *OUT)
_command("batch into a file", "a folder", *_BATCH, "--out", "{file}")
_command("batch by an engine of no name", "armington", *_BATCH, *OUT, "--engine", "oracle")
_command("batch of a scenario that is nowhere", "nowhere", "batch", "nowhere", *OUT)
_command("grid that is nowhere", "an existing file", "batch", "--grid", "nowhere.yaml", *OUT)
_command("folder for a grid", "an existing file", "batch", "--grid", "{folder}", *OUT)

# --- grid files ---------------------------------------------------------------------------------

_grid("empty grid", "grid.yaml", b"")
_grid("grid that is a list", "grid.yaml:1", b"- 1\n")
_grid("grid without a base", "base", b"vary: {parameters.eta: [1]}\n")
_grid("grid without settings", "vary", b"base: reference\n")
_grid("settings are nothing", "vary", b"base: reference\nvary:\n")
_grid("settings are a list", "vary", b"base: reference\nvary: [1]\n")
_grid("settings are a word", "vary", b"base: reference\nvary: abc\n")
_grid("setting without values", "a list", b"base: reference\nvary: {parameters.eta: []}\n")
_grid("setting with one value", "a list", b"base: reference\nvary: {parameters.eta: 1}\n")
_grid("base that is nowhere", "base", b"base: nowhere\nvary: {parameters.eta: [1]}\n")
_grid(
    "path that leads nowhere",
    "levers[7]",
    b"base: reference\nvary: {'levers[7].fund.usd_bn': [1]}\n",
)
_grid("parameter of no name", "eta", b"base: reference\nvary: {parameters.etta: [1]}\n")
_grid("value that is not a number", "eta", b"base: reference\nvary: {parameters.eta: [x]}\n")
_grid("value that is not finite", "eta", b"base: reference\nvary: {parameters.eta: [.nan]}\n")
_grid("key given twice", "grid.yaml:2", b"base: reference\nbase: reference\nvary: {a: [1]}\n")
_grid("key of no name", "grid.yaml:3", b"base: reference\nvary: {parameters.eta: [1]}\nbasis: x\n")
_grid("other letters than UTF-8", "UTF-8", b"base: reference\nvary: {caf\xe9: [1]}\n")
_grid("tab", "grid.yaml:2", b"base: reference\n\tvary: {parameters.eta: [1]}\n")
_grid("deep nesting", "grid.yaml:", b"base: reference\nvary: " + b"[" * 500 + b"]" * 500)
_grid(
    "more combinations than anyone reads",
    "at most",
    b"base: reference\nvary: {parameters.eta: ["
    + b"1," * 2000
    + b"1], parameters.additionality: ["
    + b"1," * 2000
    + b"1]}\n",
)
