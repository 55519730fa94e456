# Two commands on a fresh machine: `make demo` and `make test`. Both set up all they need.
# The first Python that is new enough, unless one is named: make PYTHON=/path/to/python demo
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
STAMP := $(VENV)/.installed
N ?= 10000

# Without compiled modules every program that a test, a bench or the demo starts compiles anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-long test-trust lint format docs screenshots bench setup clean

demo: setup
	@$(BIN)/chant demo

test: lint
	$(BIN)/pytest -n auto -m 'not trust and not long'

# Many real runs in a row, the guide from top to bottom, sizes that nobody has, mutated texts.
test-long: setup
	$(BIN)/pytest -n auto -m long

# The crash and crowd matrix: killed at every step, raced, flooded, opened from strangers. At its
# end the table of execution.md 12: what passed, what failed, what is not there.
test-trust: setup
	$(BIN)/pytest -n auto --matrix -m 'trust or scenario'

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# docs/rules from the docstrings of the rules.
docs: setup
	$(BIN)/python -m docs

# The pictures of README, taken from the real editor by its own test.
screenshots: setup
	editors/vscode/test/run.sh
	mkdir -p docs/images
	cp editors/vscode/build/screenshots/specs-view.png docs/images/vscode.png

# Contract section 8 as a table and as JSON (bench/result.json). N is the number of specs.
bench: setup
	$(BIN)/python -m bench --specs $(N)

setup: $(STAMP)

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "chant needs Python 3.11 or later and found none; name one: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@command -v "$(PYTHON)" >/dev/null || { echo "there is no program $(PYTHON)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "chant needs Python 3.11 or later; $(PYTHON) is not"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "this Python has no venv module; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "setting up $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) build dist
