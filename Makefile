# `make run` and `make test` set up everything they need in .venv, once.

PYTHON ?= python3
# The build of torch for training, tests and benchmarks. Where pip knows PyPI alone this is the one with CUDA, some
# gigabytes; TORCH='torch==2.13.0+cpu' with pip set up for it, or a wheel's path, takes another.
TORCH ?= torch==2.13.0
FUZZ_S ?= 600
VENV := .venv
BIN := $(VENV)/bin
# What is compiled or declared; a changed Python file needs no new installation.
COMPILED := CMakeLists.txt pyproject.toml cmake ns3_scenarios/mobility/traces 'bridge/*.cc' 'bridge/*.h' 'bridge/*.cpp' \
  'bridge/*.proto' 'ns3_scenarios/*.cc' 'ns3_scenarios/*.h' 'py_agent/*.cc' 'py_agent/*.h' ':!*-test.cc'
SOURCES := $(wildcard $(shell git ls-files -co --exclude-standard $(COMPILED) 2>/dev/null))
PROSE = $(shell git ls-files '*.md' ':!CHANGELOG.md')
CXX_FILES = $(shell git ls-files '*.cc' '*.h' '*.cpp')

.PHONY: run test test-matrix test-ray sanitize fuzz coverage lint format bench attack experiments benchmark agents soak docs declarations screenshots notebooks golden wheel release verify-docker clean animation

## The main job: twin and agent steer a real ns-3 LTE network, beside a baseline under the same seed; a table, a
## figure and a report come out.
run: $(VENV)/.installed
	$(BIN)/ns3-twin run --preset joint-retraining --policy rollout-drl --retrain policy \
	  --baseline strongest-equal@spare --duration 60

## All tests, on real ns-3. One worker more than cores, since tests wait for timers and peers, of one thread each; and
## with Python's bytecode kept, since they start it hundreds of times.
test: $(VENV)/.installed-test
	env -u PYTHONDONTWRITEBYTECODE OMP_NUM_THREADS=1 $(BIN)/pytest -n $$(($$(nproc) + 1)) --dist worksteal

## The bridge and its examples in other versions of ns-3: wheels of PyPI (69 MB each), Debian's libns3-dev, and that
## in NS3_ROOT, if it is given. Some ten minutes.
test-matrix: $(VENV)/.installed-test
	$(BIN)/pytest -v tests/ns3_versions/check_ns3_versions.py

## The C++ end of the bridge under ASan, UBSan and TSan, against the Python end.
sanitize: $(VENV)/.installed-test
	$(BIN)/pytest tests/ns3_bridge/test_sanitizers.py

## Random input for all that reads: for ten minutes, or FUZZ_S=60 seconds. A finding stays an example of its test, or
## its input lies where the test says.
fuzz: $(VENV)/.installed-test
	NS3_TWIN_FUZZ_S=$$(($(FUZZ_S) / 6)) NS3_TWIN_FUZZ_EXAMPLES=$$((3 * $(FUZZ_S))) \
	  $(BIN)/pytest -n auto -m fuzz -o timeout=0

## How much of Python and of C++ the tests run: TESTS=tests/ns3_bridge for some of them. The C++ is compiled
## for it once more, beside the product: build/coverage.
coverage:
	TORCH='$(TORCH)' sh benchmarks/coverage.sh $(TESTS)

## Check style, types, who imports whom, spelling and prose, and what is for GitHub.
lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.:bridge $(BIN)/lint-imports --no-cache
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)
	$(BIN)/hadolint --ignore DL3008 docker/Dockerfile  # Debian keeps no old versions to pin
	$(BIN)/shellcheck .ci/run docker/*.sh benchmarks/*.sh
	$(BIN)/codespell
	$(BIN)/proselint check --config docs/proselint.json $(PROSE)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose*.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/zizmor --offline --quiet .github/workflows

## Bring the sources into the project's style.
format: $(VENV)/.installed-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)

## Speed and memory of the bridge, measured on this machine.
bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

## Attacks on gateways by peers without a key, on this machine: what an honest agent keeps of its speed; and kills at
## random moments of all that a user starts. Some forty minutes; KILLS=100 for fewer.
KILLS ?= 1000
attack: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.attack
	$(BIN)/python -m benchmarks.kills --kills $(KILLS)

## What the parts of the twin bring, and sweeps over frame length, load, users, speed and drift, on ns-3: hours of CPU
## time. Rerun it to resume: runs/results.
experiments: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 BIN=$(BIN) RAY='$(RAY)' sh benchmarks/experiments.sh

## The benchmark suite, all policies and the oracle on five seeds, on ns-3: days of CPU time. Rerun it to
## resume: runs/benchmark. docs/benchmark.md.
benchmark: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 $(BIN)/ns3-twin benchmark --oracle 8101-8105 $(if $(RAY),--ray $(RAY))

## Train the bundled agents again, in the twin. Rerun it to resume: runs/agents.
agents: $(VENV)/.installed-test
	OMP_NUM_THREADS=1 BIN=$(BIN) sh benchmarks/train_agents.sh

## Runs and training on a Ray cluster: two nodes on this machine, one of which is killed. In an environment of its own,
## .venv-ray, since ray[rllib] asks for one version of gymnasium. With RAY=ADDRESS or RAY=auto, `make benchmark`,
## `make experiments` and `make soak` run on a cluster. Ray's workers import what lies where their driver starts: it
## starts elsewhere.
test-ray: $(VENV)/.installed
	[ -e $(VENV)-ray ] || $(PYTHON) -m venv $(VENV)-ray
	rm -rf $(VENV)-ray/wheel
	$(VENV)-ray/bin/pip install --quiet 'pip>=25.1'
	$(BIN)/pip wheel --quiet --no-build-isolation --no-deps --wheel-dir $(VENV)-ray/wheel .
	wheel=$$(ls $(VENV)-ray/wheel/*.whl) && \
	$(VENV)-ray/bin/pip install --quiet '$(TORCH)' "$$wheel[drl,multi-agent,ray]" --group test && \
	$(VENV)-ray/bin/pip install --quiet --no-deps --force-reinstall "$$wheel"
	cd $(VENV)-ray && bin/pytest "$(CURDIR)/tests/py_agent/cluster"

## Random handovers in every setting: 20 seeds × 60 s × 8 settings, some hours of CPU time; SCENARIO=wifi for
## re-associations. Rerun it to resume: runs/soak-cellular.jsonl.
SCENARIO ?= cellular
soak: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.soak --scenario $(SCENARIO) $(if $(RAY),--ray $(RAY))

## The documentation site, build/docs/index.html; a warning is an error. Its tables of settings, fields and commands
## come from the code. Then every page is opened: no broken link, no error, no request to elsewhere.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m docs.generate
	rm -rf build/docs
	$(BIN)/sphinx-build -q -E -W --keep-going -d build/doctrees docs build/docs
	$(BIN)/pytest -q docs/check_site.py

## Write the settings of the scenarios as typed models.
declarations: $(VENV)/.installed
	for scenario in cellular rate-control tcp wifi; do \
	  $(BIN)/ns3-twin describe $$scenario --python \
	    > ns3_scenarios/$$(echo $$scenario | tr - _)_settings.py || exit 1; \
	done

## Run the notebooks as a whole and keep what they show.
notebooks: $(VENV)/.installed-test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter-execute --inplace --timeout=3000 examples/notebooks/*.ipynb
	rm -rf examples/notebooks/runs examples/notebooks/least_loaded.py

## Take the pictures of the page in the browser again (docs/images/live*.png); needs Chromium.
screenshots: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.screenshots

## Make the animated picture of the README again (docs/images/closed-loop.gif): two minutes.
animation: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.animation

## Record the golden traces again, after a change that is meant to change what ns-3 does.
golden: $(VENV)/.installed-test
	$(BIN)/python tests/scenarios/golden.py

## The wheel of a release, in dist/: no compiler is needed where it is installed, and its name says which C library is
## the oldest. It is installed elsewhere and run there, without the checkout and without what is on PATH.
wheel: $(VENV)/.installed-release
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/pip wheel --quiet --no-build-isolation --no-deps --wheel-dir "$$folder" . && \
	PATH="$$PWD/$(BIN):$$PATH" auditwheel repair --wheel-dir dist "$$folder"/*.whl && \
	$(PYTHON) -m venv "$$folder/venv" && \
	"$$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
	  "$$(ls -t "$$PWD"/dist/*.whl | head -n 1)" && \
	cd "$$folder" && PATH=/nowhere venv/bin/ns3-twin doctor && PATH=/nowhere venv/bin/ns3-twin run --duration 1

## A release: wheel and sdist in dist/, metadata checked, and what the sdist compiles to installed and run elsewhere.
release: wheel
	$(BIN)/python -m build --sdist --no-isolation --outdir dist . > /dev/null
	$(BIN)/twine check --strict dist/*
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) -m venv "$$folder/venv" && \
	"$$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$$(ls -t "$$PWD"/dist/*.tar.gz | head -n 1)" && \
	cd "$$folder" && venv/bin/ns3-twin --version && venv/bin/ns3-twin run --duration 1

## Build the images, let both containers work together, stop them; with Docker, or podman in its place.
verify-docker:
	TORCH='$(TORCH)' docker/verify.sh

## Remove what can be made again; results, in runs/, stay.
clean:
	if [ -e $(VENV)/.of-make ] || [ -e $(VENV)/.created ]; then rm -rf $(VENV); fi
	rm -rf $(VENV)-ray build

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "error: $$($(PYTHON) --version) is too old, Python 3.10 or later is needed: make PYTHON=python3.11" >&2; exit 1; }
	@[ ! -e $(VENV) ] || [ -e $(VENV)/.of-make ] || [ -e $(VENV)/.created ] \
	  || { echo "error: $(VENV) is not of make, which would empty it: make VENV=.venv-make, or remove it" >&2; exit 1; }
	@echo '[1/3] a Python environment in $(VENV): 10 s'
	@rm -rf $(VENV) && mkdir -p $(VENV) && touch $(VENV)/.of-make
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "error: python3 -m venv failed; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --quiet 'pip>=25.1'
	@touch $@

# Editable: Python files count at once, a changed C++ file when make runs again.
$(VENV)/.installed: $(SOURCES) | $(VENV)/.created
	@command -v $${CXX:-g++} >/dev/null || { echo "error: no C++ compiler; on Debian: apt install g++" >&2; exit 1; }
	@$(PYTHON) -c 'import sysconfig, pathlib, sys; sys.exit(not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists())' \
	  || { echo "error: Python's headers are missing; on Debian: apt install python3-dev" >&2; exit 1; }
	@echo '[2/3] compiling the network and the twin: a minute on two cores, then only what has changed; downloads ns-3 (69 MB) and tools (50 MB), once'
	@$(BIN)/pip install --quiet --group build
	@$(BIN)/pip install --quiet --no-build-isolation --no-deps --editable .
	@echo '[3/3] Python packages: half a minute; downloads 170 MB, once'
	@$(BIN)/pip install --quiet ns3-twin
	@touch $@

# torch by itself and first: what depends on it takes the build that is there.
$(VENV)/.installed-training: $(VENV)/.installed
	@echo '[training] $(TORCH): a minute; downloads 0.2 GB for a CPU, 3 GB for CUDA, once'
	@$(BIN)/pip install --quiet '$(TORCH)'
	@$(BIN)/pip install --quiet 'ns3-twin[drl]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed-training
	@echo '[tests] packages for tests: half a minute; downloads 70 MB, once'
	@$(BIN)/pip install --quiet --group test
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	@echo '[docs] Sphinx and what it needs: half a minute; downloads 70 MB, once'
	@$(BIN)/pip install --quiet --group docs
	@touch $@

$(VENV)/.installed-release: $(VENV)/.installed
	@$(BIN)/pip install --quiet --group release
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-training
	@echo '[lint] tools for style, types and prose: 10 s; downloads 80 MB, once'
	@$(BIN)/pip install --quiet --group lint
	@touch $@
