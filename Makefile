# Two commands do everything: `make run` and `make test`. Each makes .venv the first time (about two minutes,
# 6 GB with torch's GPU builds) and is quick afterwards. The same steps as plain pip lines are in README.md.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install -q

.PHONY: run test lint unit window benchmarks tour clean help

help:            ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: $(VENV)/.app   ## open the window on the embedded digits (headless without a display)
	@$(BIN)/cnnstudio demo

test: lint unit     ## lint, types, contracts and all tests

lint: $(VENV)/.dev  ## formatter, linter, type checker, import contracts
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: $(VENV)/.dev  ## all tests; the real-window ones need Xvfb and xdotool
	@$(BIN)/python -m pytest -n 3 --dist worksteal

benchmarks: $(VENV)/.dev  ## ratios measured in one run; nothing else should be running
	@$(BIN)/python -m tests.benchmarks

tour: $(VENV)/.app  ## pictures of every page, light and dark, into out/tour
	@$(BIN)/cnnstudio tour --out out/tour

$(VENV)/.python: packaging/preflight.py
	@$(PYTHON) packaging/preflight.py $(VENV)
	@test -x $(BIN)/python || { echo "Making $(VENV) …"; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.app: $(VENV)/.python pyproject.toml
	@echo "Installing CNN Studio and its libraries into $(VENV) (once; about two minutes) …"
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.app
	@echo "Installing the test tools into $(VENV) (once) …"
	@$(PIP) -e ".[dev]"
	@touch $@

clean:           ## remove what was built (not your projects)
	rm -rf $(VENV) build dist out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
