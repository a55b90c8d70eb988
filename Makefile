# What people type. Both main commands make and reuse their own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check docs conformance bench fuzz matrix clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $(STAMP)

demo: $(STAMP)  ## the tour over the embedded broker, one process per node
	$(BIN)/gprslab demo

test: $(STAMP)  ## the tests
	$(BIN)/pytest -q

check: $(STAMP)  ## what .ci/run checks besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(STAMP)  ## the generated pages
	$(BIN)/python docs/generate.py

conformance: $(STAMP)  ## which cases of the TTCN-3 suites our tests show, from a run of them
	$(BIN)/pytest -q -m ttcn3 --conformance=docs/conformance.md

bench: $(STAMP)  ## what is fast, measured side by side
	$(BIN)/python bench/run.py

fuzz: $(STAMP)  ## 100,000 damaged PDUs of each protocol, and the time of long ones
	$(BIN)/python -m tests.wire.fuzz

matrix: $(STAMP)  ## every node killed at every message of every scenario
	$(BIN)/python -m gprslab.drills.matrix --every

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
