# `make run` and `make test` set up everything they need in .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell git ls-files -co --exclude-standard CMakeLists.txt pyproject.toml cmake bridge ns3_scenarios py_agent 2>/dev/null)
CXX_FILES = $(shell git ls-files '*.cc' '*.h' '*.cpp')

.PHONY: run test lint format bench wheel-test clean

## The main job: a policy steers a real ns-3 LTE network; a table, a figure and a report come out.
run: $(VENV)/.installed
	$(BIN)/ns3-twin run

## All tests, on real ns-3.
test: $(VENV)/.installed-test
	$(BIN)/pytest

## Check style and types.
lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

## Bring the sources into the project's style.
format: $(VENV)/.installed-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)

## Speed and memory of the bridge, measured on this machine.
bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

## Build the wheel, install it elsewhere, run it without the checkout.
wheel-test: $(VENV)/.created
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir "$$folder" . && \
	$(PYTHON) -m venv "$$folder/venv" && \
	"$$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$$folder"/*.whl && \
	cd "$$folder" && venv/bin/ns3-twin doctor && venv/bin/ns3-twin run --duration 1

clean:
	rm -rf $(VENV) build runs

$(VENV)/.created:
	$(PYTHON) -m venv $(VENV) || { echo "error: python3 -m venv failed; on Debian: apt install python3-venv" >&2; exit 1; }
	$(BIN)/pip install --quiet 'pip>=25.1'
	@touch $@

# Editable: Python files count at once, a changed C++ file when make runs again.
$(VENV)/.installed: $(SOURCES) | $(VENV)/.created
	@command -v $${CXX:-g++} >/dev/null || { echo "error: no C++ compiler; on Debian: apt install g++" >&2; exit 1; }
	@$(PYTHON) -c 'import sysconfig, pathlib, sys; sys.exit(not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists())' \
	  || { echo "error: Python's headers are missing; on Debian: apt install python3-dev" >&2; exit 1; }
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/pip install --quiet --group test
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed
	$(BIN)/pip install --quiet --group lint
	@touch $@
