from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cepasim.cli import commands as cli
from cepasim.ui import launch

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"


def test_both_ways_to_start_have_the_same_settings() -> None:
    written = {
        f"{section}.{name}": str(value).lower() if isinstance(value, bool) else value
        for section, entries in tomllib.loads(CONFIG.read_text(encoding="utf-8")).items()
        for name, value in entries.items()
    }
    written = {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in written.items()
    }
    assert written == launch.SETTINGS


def test_nothing_is_told_or_opened_to_others() -> None:
    settings = launch.SETTINGS
    assert settings["server.address"] == "localhost"
    assert settings["server.enableXsrfProtection"] == settings["server.enableCORS"] == "true"
    assert settings["browser.gatherUsageStats"] == "false"
    assert settings["client.showErrorDetails"] == "none"


def test_the_command_runs_the_package_s_own_script() -> None:
    command = launch.command(8600)
    assert Path(command[4]).is_file()
    # Beside a folder of this name Streamlit opens the modules in it as pages of its own.
    assert not Path(command[4]).with_name("pages").exists()
    assert "--server.port=8600" in command and "--server.address=localhost" in command
    assert "--server.address=0.0.0.0" in launch.command(8600, "0.0.0.0")


def test_cepasim_app_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda program, command: started.append(command))
    done = CliRunner().invoke(cli.app, ["app", "--port", "8601"])
    assert done.exit_code == 0
    assert "http://localhost:8601" in done.output
    assert started == [launch.command(8601)]
    assert CliRunner().invoke(cli.app, ["app", "--port", "0"]).exit_code == 2


def test_a_process_that_reads_the_app_draws_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process that draws ranges reads the script of the server under this name."""

    def drawn() -> None:
        raise AssertionError("a page without a visitor")

    monkeypatch.setattr("cepasim.ui.main.main", drawn)
    for script in (CONFIG.parents[1] / "app.py", launch.script()):
        runpy.run_path(str(script), run_name="__mp_main__")
        with pytest.raises(AssertionError, match="without a visitor"):
            runpy.run_path(str(script), run_name="__main__")
