# The house's front door. `make` alone lists what there is. Every target sets up what it needs by itself.
#
# The names of the targets are fixed: people and scripts outside this repository call them.
# Each one that measures or checks writes build/reports/<target>.json and .md, ends with one line
# "<target>: key=value ...", and exits non-zero when something is not correct. Slow is reported, not failed.

SHELL := /bin/bash
PYTHON_IN_VENV := .venv/bin/python
# Half of a test run is programs that start, and each would compile all it imports where whoever runs it forbids Python to
# keep what it compiled.
RUN := PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE= $(PYTHON_IN_VENV)

# COUNTRY, BASKETS, N, ROUNDS, SEED, SMALL, LARGE, IMAGES and MANIFEST reach the programs as environment variables when they are given.
CASES ?= tests/retail/cases

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint journeys drills tour replay faults powercut chaos bench vision cases optimality price-bench load shoppers produce conformance soak-devices check-all clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## make everything ready (every other target does this first)
	@bash tools/setup.sh

demo: setup ## kiosk, shop and head office on one page; COUNTRY=br for Brazil; Ctrl-C ends it
	@$(RUN) -m bench.demo

test: setup ## lint, types, import rules and tests: what must pass before a change lands
	@$(RUN) -m tools.check test

lint: setup ## style, types and import rules only
	@$(RUN) -m tools.check lint

journeys: setup ## what people do at the kiosk, through its drawn screen, one sentence each
	@$(RUN) -m tools.check journeys

drills: setup ## the tests that take minutes
	@$(RUN) -m tools.check drills

tour: setup ## a scripted shopper walks real journeys on the drawn screen; leaves a contact sheet
	@$(RUN) -m bench.tour

replay: setup ## real baskets from scan to ledger, against an independent oracle; BASKETS=file N=count
	@$(RUN) -m bench.replay

faults: setup ## kill -9 at random moments; ROUNDS=300 SEED=1
	@$(RUN) -m bench.faults

powercut: setup ## the power goes at each step of each way to pay; WAYS=card,cash EVERY=5
	@$(RUN) -m tests.faults.powercut

chaos: setup ## kills, cuts, echoes, full disks, wrong clocks between lanes and head office; ROUNDS=200 SEED=1 FROM=17 LANES=3 DATABASE=postgresql
	@$(RUN) -m tests.faults.chaos

bench: setup ## speed, memory and idle load against their targets
	@$(RUN) -m tests.benchmarks

vision: setup ## what the camera reads, beside three decoders alone; IMAGES=folder MANIFEST=file.csv
	@$(RUN) -m tests.benchmarks.vision

cases: setup ## judge a folder of cases by the price engine: CASES=folder
	@$(RUN) -m tools.cases "$(CASES)"

optimality: setup ## offers against every combination there is, and against single policies; SMALL=5000 LARGE=10000 SEED=1
	@$(RUN) -m tests.benchmarks.optimality

price-bench: setup ## a long basket priced anew after each scan, how that grows, and django-oscar beside it; WRITE=1
	@$(RUN) -m tests.benchmarks.price

load: setup ## journal events a second from kiosks into head office; SMALL=1 N=events LANES=kiosks RTT=50 DATABASE=postgresql WORKERS=2 WRITE=1
	@$(RUN) -m tests.benchmarks.load

shoppers: setup ## honest shoppers and thieves at the bagging scale; N=2000 SEED=1 TRACES=folder RECORD=folder
	@$(RUN) -m tests.benchmarks.shoppers

produce: setup ## what the camera makes of fruit and vegetables; IMAGES=folder MANIFEST=file
	@$(RUN) -m tools.produce

conformance: setup ## every driver against its far end, as a table of drivers by tests
	@$(RUN) -m tests.conformance

soak-devices: setup ## every driver for hours, with faults; N=10000 DRIVERS=scale,scanner/serial SEED=1
	@$(RUN) -m tests.conformance.soak

check-all: setup ## everything above but the demo, one after the other
	@$(RUN) -m tools.check all

clean: ## remove what was built, the virtual environment too
	@rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "clean: removed=build,caches,.venv"
