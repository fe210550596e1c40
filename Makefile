# The two commands of a fresh machine are `make run` and `make test`; set-up is setup/.
ifeq ($(origin PUBLIC_URL)$(origin PALACE_DEMO),undefinedundefined)
run demo-reset: export PALACE_DEMO := 1
endif

SETUP = cd $(CURDIR) && python=$$(sh setup/python.sh) && exec "$$python" -m setup
TOOL = .venv/bin/python -m

.PHONY: help run test check faults fuzz bench demo-reset install
RUNS = 20
.DEFAULT_GOAL := help

help:
	@echo "make run         the palace with everything it needs, on http://127.0.0.1:8000 (PORT=8001, LAN=1)"
	@echo "make test        all tests but those of the code's own shape"
	@echo "make check       style, types, import rules, the code's own shape"
	@echo "make fuzz        forms and addresses against thousands of new cases, ten minutes and more"
	@echo "make bench       what the palace costs on this machine, beside the database's own limit (QUICK=1)"
	@echo "make faults      sells $(RUNS) whole houses while everything dies, freezes or fills up (RUNS=20)"
	@echo "make install     as root: the palace as a service of this machine (docs/operations.md)"
	@echo "make demo-reset  the demonstration palace as on its first day"

run:
	@$(SETUP) run

test:
	@$(SETUP) test

check:
	@$(SETUP) tools
	$(TOOL) ruff check .
	$(TOOL) ruff format --check .
	$(TOOL) mypy
	$(TOOL) bandit -q -c pyproject.toml -r palace setup bench wsgi.py
	.venv/bin/lint-imports
	$(TOOL) pytest tests/architecture -q

fuzz:
	@$(SETUP) tools
	$(TOOL) pytest tests/security --hypothesis-profile=long --timeout=1800 -q

bench:
	@$(SETUP) bench

faults:
	@$(SETUP) tools
	@$(TOOL) tests.faults --runs $(RUNS)

install:
	@$(SETUP) install

demo-reset:
	@$(SETUP) demo-reset
