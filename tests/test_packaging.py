"""The house: the wheel works anywhere, the lock names nothing but packages, the files agree."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Every line of a lock: a pinned name with an optional marker, or a hash.
PIN = re.compile(r"([a-z0-9][a-z0-9-]*)==([0-9][^ ;\\]*)( ; [^\\:/]+)? \\")
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    found = (PIN.fullmatch(line) for line in (ROOT / lock).read_text().splitlines())
    return {match[1]: match[2] for match in found if match}


def required(*extras: str) -> set[str]:
    """Names of the packages the project asks for."""
    wanted = [*PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    names = (re.match(r"[A-Za-z0-9_-]+", item) for item in wanted)
    return {name[0].lower().replace("_", "-") for name in names if name}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_only(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    odd = [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)]
    assert odd == []
    assert len(pins(lock)) > 40


def test_locks_pin_all_that_is_required_and_agree() -> None:
    run_time, development = (pins(lock) for lock in LOCKS)
    assert required("build") <= set(run_time)
    assert required("build", "dev") <= set(development)
    assert run_time.items() <= development.items()


def test_the_build_back_end_is_locked() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    names = {re.split(r"[<>=]", item)[0] for item in build["requires"]}
    assert names <= set(pins("requirements.lock"))


def test_version_and_licence_agree_everywhere() -> None:
    from importlib.metadata import version

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"] == version("cepasim")
    assert citation["license"] == "MIT"
    assert PROJECT["license"] == "MIT AND OFL-1.1"  # the Japanese letters
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


def test_hooks_are_local() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}


def test_continuous_integration_ends_with_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-1] == "make test"


def test_a_slow_test_says_how_long_it_takes() -> None:
    """The lanes are ordered by it: what takes longest comes first."""
    bare = re.compile(r"mark\.slow(?!\(seconds=[\d.]+\))(?![\w\\])")
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert [file.name for file in files if bare.search(file.read_text(encoding="utf-8"))] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built of the source distribution, as an index would have it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    (source,) = folder.glob("cepasim-*.tar.gz")
    of_it = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run([*PIP, *of_it], check=True, cwd=folder)
    (built,) = folder.glob("cepasim-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """Environment of its own with the wheel; what it depends on is that of the tests."""
    folder = wheel.with_name("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    install = ["--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*PIP, *install], check=True, cwd=wheel.parent)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@pytest.mark.slow(seconds=8)
def test_the_wheel_carries_its_parameters_and_works_anywhere(
    wheel: Path, installed: Path, tmp_path: Path
) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for file in sorted((ROOT / "params").rglob("*")):
        if file.is_file():
            assert f"cepasim/bundled/{file.relative_to(ROOT).as_posix()}" in inside
    assert "cepasim/py.typed" in inside
    for file in sorted((ROOT / "src" / "cepasim" / "report" / "fonts").iterdir()):
        assert f"cepasim/report/fonts/{file.name}" in inside
    # Controls are found by the names of their files: no import would miss one.
    for module in sorted((ROOT / "src" / "cepasim").rglob("*.py")):
        assert module.relative_to(ROOT / "src").as_posix() in inside
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "params/"))]

    def say(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=_environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    used = "import cepasim.params.parameters as p; print(p.__file__); print(p.bundled_directory())"
    places = say(str(installed / "bin" / "python"), "-c", used).splitlines()
    assert all(line.startswith(str(installed)) for line in places), places
    program = str(installed / "bin" / "cepasim")
    assert "full-package" in say(program, "scenarios")
    assert "By HS section" in say(program, "run", "ntb-relief")


def _visit(address: str, chromium: str | None) -> None:
    """Open the front end and one of the pages that the wheel carries besides the program."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for _ in range(150):
            try:
                page.goto(address)
                break
            except Error:
                time.sleep(0.2)
        page.locator(".cs-cards").wait_for(timeout=60_000)
        assert "US$" in page.locator(".cs-cards").inner_text()
        page.get_by_role("link", name="Method", exact=True).click()
        page.get_by_text("elasticity").first.wait_for(timeout=60_000)
        browser.close()


@pytest.mark.slow(seconds=8)
@pytest.mark.browser
def test_the_installed_front_end_opens_in_a_browser(installed: Path, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None and not os.environ.get("CI"):
        pytest.skip("browser tests need Chromium: install the package chromium")

    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [str(installed / "bin" / "cepasim"), "app", "--port", str(port)],
        cwd=tmp_path,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            # In a thread of its own: other browser tests of this process hold a driver open.
            with ThreadPoolExecutor(1) as alone:
                alone.submit(_visit, f"http://localhost:{port}", chromium).result()
        finally:
            server.terminate()
