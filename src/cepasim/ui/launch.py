"""Start the front end with its safe settings, from wherever the package is installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Environment variable that leaves ranges off until a user switches them on: for slow machines.
RANGES, OFF = "CEPASIM_RANGES", "off"

#: The settings of ``.streamlit/config.toml``, for those who start the front end without that file.
#: Listens on this machine only, tells nobody that it is used, accepts no request from other sites.
SETTINGS: dict[str, str] = {
    "server.address": "localhost",
    "server.headless": "true",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.enableStaticServing": "false",
    "server.maxUploadSize": "20",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "localhost",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": "false",
    # A full collection after every run of a page would take longer than the run itself.
    "runner.postScriptGC": "false",
    # What an address sets is put into a control that has a value of its own as well.
    "global.disableWidgetStateDuplicationWarning": "true",
    "theme.base": "light",
    "theme.primaryColor": "#0B5CAD",
    "theme.backgroundColor": "#FFFFFF",
    "theme.secondaryBackgroundColor": "#F4F6F8",
    "theme.textColor": "#1B1F24",
    "theme.linkColor": "#0B5CAD",
    "theme.borderColor": "#D0D7DE",
    # For Japanese characters alone (`ui.letters`); the library adds its own fonts for the others.
    "theme.font": "cepasim-japanese",
    "theme.headingFont": "cepasim-japanese",
    "theme.codeFont": "cepasim-japanese",
    "theme.baseFontSize": "15",
}


def ranges_wanted() -> bool:
    """Return whether ranges are drawn without being asked for."""
    return os.environ.get(RANGES) != OFF


def script() -> Path:
    """Return the program Streamlit runs."""
    return Path(__file__).resolve().parent / "entry" / "app.py"


def command(port: int, address: str = "localhost") -> list[str]:
    """Return the command line that starts the front end.

    Parameters
    ----------
    port : int
    address : str
        ``localhost`` unless the user says otherwise.
    """
    settings = SETTINGS | {"server.port": str(port), "server.address": address}
    if address != "localhost":
        settings["browser.serverAddress"] = address
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(script()), *options]
