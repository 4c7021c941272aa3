SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
T ?= tests
INPUTS ?= 1000000

help:  ## List what can be made.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

setup: .venv/ready  ## Build .venv; the command is then .venv/bin/secondgate.

.venv/ready: requirements/run.lock pyproject.toml hatch_build.py $(wildcard secondgate/locale/*/LC_MESSAGES/*.po)
	@scripts/packages build
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev-ready: .venv/ready requirements/dev.lock
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

run: .venv/ready  ## Start on SQLite in ./var and print the one-time owner link.
	@exec $(BIN)/secondgate serve --data var

test: .venv/dev-ready  ## Run all tests, or those in T=tests/methods.
	@scripts/packages test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(T)

fast: .venv/dev-ready  ## Run the tests that need no services: seconds.
	@$(BIN)/python -m pytest -m "not real" $(T)

lint: .venv/dev-ready  ## Check style, types, layers, migrations and the lock files.
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy secondgate
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m django makemigrations --check --dry-run --settings secondgate.settings
	@! grep -n '://' requirements/*.lock

fix: .venv/dev-ready  ## Put style right where a tool can.
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

screens: .venv/dev-ready  ## Write a picture of every page to screens/: light, dark, wide, as on a phone.
	@scripts/packages test
	@SECONDGATE_SCREENS=screens $(BIN)/python -m pytest tests/web
	@echo "The pictures are in screens/."

bench: .venv/dev-ready  ## Measure beside FreeRADIUS and the bare Python limit; print ratios, CPU by step, and the time of each page.
	@scripts/packages bench
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench --only freeradius secondgate-sqlite secondgate-2-workers --in-flight 128 --users 25000
	@$(BIN)/python -m bench.profile
	@$(BIN)/python -m bench.pages

fuzz: .venv/dev-ready requirements/fuzz.lock  ## Feed the server 1,000,000 mutated packets and streams, or INPUTS=10000.
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/fuzz.lock
	@$(BIN)/python -m fuzz --inputs $(INPUTS)

docs: .venv/dev-ready  ## Check the docs against the code.
	@$(BIN)/python -m pytest tests/docs

.PHONY: help setup run test fast lint fix screens bench fuzz docs
