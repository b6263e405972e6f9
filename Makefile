# Redress: make run, make test. Everything else is for those who work on it.

PYTHON ?= python3
# Whoever names a Python gets that one; else setup may take the system's if that is a faster build.
THIS   := $(if $(filter file,$(origin PYTHON)),,--this)
VENV   := .venv
BIN    := $(VENV)/bin
UV      = $(shell command -v uv || echo .tools/bin/uv)
WORKERS ?= 2

.PHONY: help run setup setup-dev test check bench soak lock generate

help: ## Say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: setup ## Start Redress with demo complaints on http://127.0.0.1:8000
	@$(BIN)/redress up --demo

setup: $(VENV)/.run ## Install what running needs, from the locks

setup-dev: $(VENV)/.dev ## Install what working on it needs, from the locks

test: setup-dev ## Run every test; with a real Kafka broker where Java 17 and Maven are, or REDRESS_TEST_KAFKA=host:port
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: setup-dev ## Format, lint, types, import contracts, generated files
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.generate --check
	@$(BIN)/python -m tools.reference_tables --check

bench: setup-dev ## Measure ceilings and ours in one alternating run
	@$(BIN)/python -m bench

soak: setup-dev ## The long forms of the fault tests
	@$(BIN)/pytest tests -m slow

generate: setup-dev ## Write the generated documents anew
	@$(BIN)/python -m tools.generate
	@$(BIN)/python -m tools.reference_tables

lock: setup-dev ## Resolve the newest versions into the locks
	@$(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements/run.lock
	@$(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.lock --extra ml --extra s3 pyproject.toml -o requirements/extras.lock
	@$(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra dev pyproject.toml -o requirements/dev.lock
	@$(UV) pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements/uv.in -o requirements/uv.lock

# Even a Python that cannot read our files says in one line that it is too old.
NEW_ENOUGH = import sys; sys.version_info >= (3, 11) or sys.exit("redress setup: needs Python 3.11 or newer (需要 3.11 或更新版本): " + sys.version.split()[0] + "; make run PYTHON=python3.11")

$(VENV)/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)'
	@$(PYTHON) tools/setup.py run $(THIS)
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c '$(NEW_ENOUGH)'
	@$(PYTHON) tools/setup.py dev $(THIS)
	@touch $@ $(VENV)/.run
