# Two commands are enough for a newcomer: `make demo` and `make test`. Both need Python >= 3.11 and
# make, nothing else: everything they use is installed into .venv from the lock files.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
# The first interpreter that is new enough; override with `make PYTHON=/path/to/python demo`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
# Only `make lock` and `make quick-at` use it, in a virtual environment of its own.
UV_VERSION := 0.13.9
UV := build/uv/bin/uv

.PHONY: help demo app test quick quick-at coverage lint format types docs validate benchmark benchmark-table benchmark-app tasks pictures ranges balance fit notebooks golden site lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

# --- set-up ---------------------------------------------------------------------------------
$(PY):
	@test -n "$(PYTHON)" || { echo "cepasim needs Python 3.11 or newer, and none was found; \
	install it or name it: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "could not create $(VENV); on Debian and \
	Ubuntu install the package python3-venv" >&2; exit 1; }

# What `cepasim` needs at run time, then the project itself. Its build back end comes from the lock
# as well, hence --no-build-isolation: nothing is downloaded that the lock does not name.
$(VENV)/.installed: requirements.lock pyproject.toml | $(PY)
	@echo "Installing into $(VENV) (once) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) (once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# Images often forbid Python to keep what it has compiled. Each worker, and each process that a test
# starts, would then compile the tests and the program again: a quarter of a minute for each worker.
test quick quick-at: export PYTHONDONTWRITEBYTECODE =

# --- use ------------------------------------------------------------------------------------
demo: $(VENV)/.installed ## Set up, run the full package, print the sector table
	@$(VENV)/bin/cepasim run full-package

app: $(VENV)/.installed ## Start the front end on http://localhost:8501
	@$(VENV)/bin/cepasim app

test: $(VENV)/.installed-dev lint types ## Set up what tests need, then ruff, mypy and every test (browser tests last)
	$(PY) -m pytest -n 2 --dist loadfile -m "not browser"
	$(PY) -m pytest -n 3 --dist worksteal -m browser tests/ui/test_ui_browser.py tests/test_packaging.py

quick: $(VENV)/.installed-dev lint types ## ruff, mypy and the tests not marked slow
	$(PY) -m pytest -n 2 --dist loadfile -m "not slow and not browser"

# Not from the lock, in an environment of its own: whether the bounds of pyproject.toml hold.
RESOLUTION ?= lowest-direct
BOUNDS = build/$(RESOLUTION)
quick-at: $(UV) ## The quick tests on the oldest versions allowed, or with RESOLUTION=highest on the newest
	@$(UV) venv --quiet --clear --python "$(PYTHON)" $(BOUNDS)
	@$(UV) pip install --quiet --python $(BOUNDS) --resolution $(RESOLUTION) --editable '.[build,dev]'
	$(BOUNDS)/bin/python -m pytest -n 2 --dist loadfile -m "not slow and not browser and not locked"

# Not in `make test`, which it would slow by half. Compiled kernels are run as Python, so that their
# lines are seen.
COVERED = NUMBA_DISABLE_JIT=1 COVERAGE_FILE=build/coverage/data $(PY) -m coverage
coverage: $(VENV)/.installed-dev ## Lines that tests run: 100 % of the kernels, 90 % of the package at least
	@rm -rf build/coverage && mkdir -p build/coverage
	$(COVERED) run -m pytest -n 2 --dist loadfile -m "not browser and not locked"
	$(COVERED) combine --quiet build/coverage
	$(COVERED) report --include 'src/cepasim/equilibrium/*' --fail-under 100
	$(COVERED) report --skip-covered --fail-under 90

lint: $(VENV)/.installed-dev ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/.installed-dev ## mypy --strict
	$(PY) -m mypy

format: $(VENV)/.installed-dev ## Rewrite files to ruff's format and order of imports
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

catalogues: $(VENV)/.installed-dev ## Collect what the code says into the catalogues of other languages
	$(PY) -m docs.writers.catalogues

docs: $(VENV)/.installed-dev ## Regenerate README's tables and every generated page
	$(PY) -m docs.writers.parameters docs/parameters.md
	$(PY) -m docs.writers.levers docs/levers.md
	$(PY) -m docs.writers.columns docs/reference/columns.md
	$(PY) -m docs.writers.scenario_keys docs/reference/scenario.md
	$(PY) -m docs.writers.command_line docs/reference/command_line.md
	$(PY) -m docs.writers.api docs/reference/api.md
	$(PY) -m docs.writers.benchmark docs/benchmark.md
	$(PY) -m docs.writers.aggregation docs/aggregation.md
	$(PY) -m docs.writers.preferences docs/preferences.md
	$(PY) -m docs.writers.barriers docs/barriers.md
	$(PY) -m docs.writers.bad_inputs docs/reference/bad_inputs.md
	$(PY) -m cepasim.calibrate.evidence docs/evidence.md
	$(PY) -m validation docs/validation.md
	$(PY) -m docs.writers.quoted

site: $(VENV)/.installed-dev ## Build the documentation as a site: build/site/index.html
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=. $(PY) -m mkdocs build --strict --quiet

validate: $(VENV)/.installed-dev ## Compare with published numbers; write docs/validation.md
	$(PY) -m validation docs/validation.md

benchmark: $(VENV)/.installed-dev ## Time what users wait for
	$(PY) -m pytest benchmarks -o python_files='bench_*.py' --benchmark-only --benchmark-columns=min,median,max,rounds

benchmark-table: $(VENV)/.installed-dev ## Write docs/benchmarks.md and docs/scale.md (some minutes)
	$(PY) -m benchmarks.table

benchmark-app: $(VENV)/.installed-dev ## Time the front end in a real browser; write docs/front_end.md
	$(PY) benchmarks/bench_app.py docs/front_end.md

tasks: $(VENV)/.installed-dev ## Do people's tasks in a real browser, in both languages; write docs/tasks.md (some minutes)
	$(PY) -m benchmarks.tasks docs/tasks.md

pictures: $(VENV)/.installed-dev ## Picture every page on four widths in both languages, into build/pictures (20 minutes)
	$(PY) -m benchmarks.pictures build/pictures

ranges: $(VENV)/.installed-dev ## Write the tables of docs/uncertainty.md (some minutes), then make docs
	$(PY) -m docs.writers.ranges
	$(PY) -m docs.writers.containment

balance: $(VENV)/.installed ## Estimate the 2023-24 benchmark again from the evidence in params/
	$(PY) -m cepasim.calibrate.benchmark.balance

fit: $(VENV)/.installed ## Fit the backcast again on 2014-15 to 2018-19 (then make docs notebooks)
	$(PY) -m cepasim.calibrate.backcast.fit
	$(PY) -m cepasim.calibrate.backcast.share_fit
	$(PY) -m cepasim.calibrate.backcast.fan

notebooks: $(VENV)/.installed-dev ## Run the notebooks and store their outputs
	$(PY) notebooks/run.py

golden: $(VENV)/.installed-dev ## Renew the stored results of the bundled scenarios; review the diff
	RENEW_GOLDEN=1 $(PY) -m pytest -m golden
	@git --no-pager diff --stat -- tests/golden || true

# --- lock files: names, versions and hashes only, one set for Python 3.11 to 3.13 -----------
COMPILE = $(UV) pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet

$(UV): | $(PY)
	@$(PY) -m venv build/uv
	@build/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

lock: $(UV) ## Resolve the lock files again (needs a network); keeps pins unless UPGRADE=--upgrade
	$(COMPILE) $(UPGRADE) --extra build --extra dev --output-file requirements-dev.lock
	$(COMPILE) $(UPGRADE) --extra build --constraint requirements-dev.lock --output-file requirements.lock

clean: ## Remove caches and build output (keeps .venv)
	rm -rf build dist out artefacts .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
