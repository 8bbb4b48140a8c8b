# Commands of this repository. `make` alone lists them.
#
# PYTHON=/path/to/python3   the Python to build .venv with (3.11 or newer)
# PORT=8890  BASE_URL=/x/   where `make demo` serves JupyterLab
# CHROMIUM=/path/to/chrome  the browser of the browser tests
# STEPS=15000  SEED=0       how long `make fuzz` takes, and what it does
# ARGS="-k word"            more options for pytest in `make test`
# NUMBER=200  SEED=0       how many faults `make mutants` plants, and which
# MINUTES=6  KILLS=120      how long and how often `make soak` does what it does

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
STEPS := 15000
NUMBER := 200
SEED := 0

.PHONY: help demo test fuzz mutants servers pictures lint js docs bench soak clean

help: ## list these commands
	@echo "make COMMAND, where COMMAND is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

# The environment is only touched when the dependencies in pyproject.toml have changed.
define environment
	@python=$$(sh scripts/python.sh) && "$$python" scripts/environment.py $(1)
endef

demo: ## start JupyterLab on the tour notebook, with a server of its own
	@echo "==> make demo: JupyterLab with the water-bodies lesson. To stop: Ctrl+C"
	$(call environment,.venv lab notebook data xarray)
	@exec $(BIN)/python scripts/demo.py

test: ## check style and types, run all tests, notebooks and browser included
	@echo "==> make test: style, types, tests, browser. To stop: Ctrl+C"
	$(call environment,.venv test)
	@$(MAKE) --no-print-directory --silent lint
	@sh scripts/test.sh $(ARGS)

fuzz: ## make documents and answers wrong at random, for some minutes (STEPS=, SEED=)
	@echo "==> make fuzz: $(STEPS) steps of seed $(SEED). To stop: Ctrl+C"
	$(call environment,.venv test)
	@nice $(BIN)/python tests/fuzz/fuzz.py --steps $(STEPS) --seed $(SEED)

mutants: ## plant NUMBER= small faults, and print those that no test notices (SEED=)
	@echo "==> make mutants: $(NUMBER) faults of seed $(SEED). To stop: Ctrl+C"
	$(call environment,.venv test mutants)
	@nice $(BIN)/python scripts/mutants.py --number $(NUMBER) --seed $(SEED) $(ARGS)

servers: ## run every verb on every server, and write what came of it to docs/servers.md
	@echo "==> make servers: every verb on every server, into docs/servers.md"
	$(call environment,.venv test)
	@$(BIN)/python scripts/servers.py
	@OGCW_WRITE_SERVERS=1 $(BIN)/python -m pytest tests/servers --quiet

pictures: ## take the pictures in docs/screenshots (ARGS=light-1080 for one look)
	@echo "==> make pictures: a real App in JupyterLab, into docs/screenshots"
	$(call environment,.venv test)
	@PYTHONPATH=tests:tests/servers $(BIN)/python tests/browser/take_screenshots.py $(ARGS)

js: ## bundle the scripts in js/ into ogc_widgets/static/, after checking them
	@echo "==> make js: the scripts of the page, into ogc_widgets/static/"
	$(call environment,.venv test)
	@$(BIN)/python scripts/scripts_of_the_page.py

lint: ## check style and types only (after make test has made .venv)
	@echo "==> ruff: style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "==> mypy: types"
	@$(BIN)/mypy -p ogc_widgets
	@$(BIN)/mypy scripts benchmarks

docs: ## build the pages in docs/ into site/
	@echo "==> make docs: the pages, into site/"
	$(call environment,.venv docs)
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs site
	@echo "==> Open site/index.html"

bench: ## compare speed with the libraries below and beside this one
	@echo "==> make bench: some minutes; close other programs. To stop: Ctrl+C"
	$(call environment,.venv-bench bench)
	@.venv-bench/bin/python benchmarks/run.py $(ARGS)

soak: ## use, break and kill everything for twenty minutes, and say what was lost
	@echo "==> make soak: MINUTES=6 of use, KILLS=120, and more. To stop: Ctrl+C"
	$(call environment,.venv test)
	@$(BIN)/python scripts/soak.py $(ARGS)

clean: ## remove environments and everything that was made; keeps demo/
	rm -rf .venv .venv-bench .venv-servers build dist site .mypy_cache .pytest_cache .ruff_cache \
		.hypothesis tests/browser/output benchmarks/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
