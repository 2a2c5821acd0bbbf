# Everything a checkout needs; each target makes what it depends on.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test check format schemas clean help debian-venv

help: ## This list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory debian-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

# Debian's python3 comes without the module that makes virtual environments.
debian-venv:
	@[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo "install python3-venv first (Debian: apt-get install python3-venv)"; exit 1; }
	apt-get update -qq && apt-get install -y -qq python3-venv

run: $(VENV)/.installed ## Install, then recommend flags for the shipped GC log.
	$(BIN)/jvm-advisor recommend configs/samples/orders-jdk17-parallel.log.gz

test: $(VENV)/.developing check ## Install what tests need (real JVMs too), then run them all.
	$(BIN)/python -m tests.jvms
	$(BIN)/python -m pytest

check: $(VENV)/.developing ## Format, lint, types, import contracts, freshness of generated files.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m advisor.cli.schemas --check
	$(BIN)/python -m advisor.lint.docs --check
	$(BIN)/python -m advisor.analyze.diagnose.docs --check

format: $(VENV)/.developing ## Put the code in its form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(VENV)/.developing ## Write configs/schema anew from the models.
	$(BIN)/python -m advisor.cli.schemas

clean: ## Remove what was built.
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
