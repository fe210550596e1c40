# The two commands of a fresh machine are `make run` and `make test`; set-up is setup/.
ifeq ($(origin PUBLIC_URL)$(origin PALACE_DEMO),undefinedundefined)
run demo-reset: export PALACE_DEMO := 1
endif

SETUP = cd $(CURDIR) && python=$$(sh setup/python.sh) && exec "$$python" -m setup
TOOL = .venv/bin/python -m

.PHONY: help run test check demo-reset install
.DEFAULT_GOAL := help

help:
	@echo "make run         the palace with everything it needs, on http://127.0.0.1:8000 (PORT=8001, LAN=1)"
	@echo "make test        all tests but those of the code's own shape"
	@echo "make check       style, types, import rules, the code's own shape"
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
	.venv/bin/lint-imports
	$(TOOL) pytest tests/architecture -q

install:
	@$(SETUP) install

demo-reset:
	@$(SETUP) demo-reset
