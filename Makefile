# Makegood. `make demo` is all a new user needs; `make help` lists the rest.
SHELL := /bin/bash
PYTHON := .venv/bin/python
MAKEGOOD := .venv/bin/makegood
# Two test processes keep two cores busy; TESTS narrows a run: make test TESTS=tests/rules
TESTS ?= tests
JOBS ?= 2

.PHONY: help setup setup-dev demo run test check format bench lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: .venv/.setup ## virtual environment and locked packages (once)
setup-dev: .venv/.setup-dev ## the same, and what tests and checks need

.venv/.setup: requirements/run.lock pyproject.toml bin/setup
	@bin/setup run

.venv/.setup-dev: .venv/.setup requirements/dev.lock
	@bin/setup dev

demo: .venv/.setup ## a real airline's desk, running; prints address and sign-ins
	@exec $(MAKEGOOD) demo

run: .venv/.setup ## your own installation: database, web and worker
	@exec $(MAKEGOOD) run

test: .venv/.setup-dev ## every test, browser tests included
	$(PYTHON) -m pytest -n $(JOBS) --dist loadfile $(TESTS)

check: .venv/.setup-dev ## format, lint, types, architecture, templates, migrations, docs
	@bin/check

format: .venv/.setup-dev ## put code and templates into shape
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

bench: .venv/.setup-dev ## measure against the floor of this machine (docs/performance.md)
	$(PYTHON) -m bench

lock: ## write requirements/*.lock anew from requirements/*.in
	@bin/lock

clean: ## remove what setup and the tools made
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
