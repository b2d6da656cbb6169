# What a developer or an operator types. Everything is installed into .venv, from locks with hashes.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# One more than there are cores: a test that waits for a browser or a database leaves its core to another.
JOBS ?= $(shell expr $$(nproc) + 1)
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
VENDOR := service/static/vendor
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard service/locale/*/LC_MESSAGES/*.po))
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
APT_INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-reset test check bench lighthouse pictures readme messages format install install-dev assets lock test-needs clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: install assets ## a demo county, filled and served on HOST and PORT; its data stays in var/
	@exec $(BIN)/weiyuan demo --serve --host $(HOST) --port $(PORT)

demo-reset: install assets ## the same from the beginning
	@exec $(BIN)/weiyuan demo --reset --serve --host $(HOST) --port $(PORT)

test: install-dev assets test-needs ## every test; ARGS go to pytest
	$(BIN)/python -m pytest --numprocesses=$(JOBS) --maxprocesses=4 --dist=worksteal $(ARGS)

check: install-dev ## format, lint, types, who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-dev assets test-needs ## measure speed and memory; ARGS go to the benchmarks
	$(BIN)/python -m tests.benchmarks $(ARGS)

lighthouse: install-dev assets test-needs ## Lighthouse's marks for the villager's pages; fetches it from the registry first
	@cp .npmrc tests/lighthouse/ && (cd tests/lighthouse && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --loglevel=error >/dev/null); \
		got=$$?; rm -f tests/lighthouse/.npmrc; exit $$got
	$(BIN)/python -m tests.lighthouse

pictures: install-dev assets test-needs ## take the README's pictures of the demo county anew
	$(BIN)/python -m tests.pictures

readme: install-dev ## write the tables of the code into the README
	$(BIN)/python -m tests.readme

messages: install-dev ## bring the English catalogue up to date with the source, and list what has no English yet
	$(BIN)/python -m tests.messages

format: install-dev ## bring the source into the form that check wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(VENV)/.installed ## the locked dependencies for running

install-dev: $(VENV)/.installed-dev ## the locked dependencies for developing

assets: $(VENDOR)/.built $(CATALOGUES) ## the styles and scripts that browsers load, and the translations

lock: install-dev ## renew the locks after a change of pyproject.toml; ARGS=--upgrade takes newer versions
	$(LOCK) $(ARGS) pyproject.toml --group build -o requirements.lock
	$(LOCK) $(ARGS) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) $(ARGS) --group node -o requirements-node.lock
	cp .npmrc service/static/ && (cd service/static && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --ignore-scripts --loglevel=error); rm service/static/.npmrc

clean: ## remove what make has made, and leave the data in var/
	rm -rf $(VENV) $(VENDOR) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(CATALOGUES)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "This needs Python 3.11 or newer as python3; another is named with  make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && $(APT_INSTALL) python3-venv >/dev/null; } \
		|| { echo "Python lacks its venv module: run  apt-get install python3-venv  as root, then this again."; exit 1; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/.created
	@echo "Installing the locked packages into $(VENV); that takes a minute …"
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/.created
	@echo "Installing the locked packages for running and developing into $(VENV); that takes a minute or two …"
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.installed $@

# Node.js is needed for this one step; where the machine has none, a Python package brings it into .venv.
$(VENDOR)/.built: service/static/package-lock.json service/static/build.py .npmrc | $(VENV)/.installed
	@echo "Building the files that browsers load …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" command -v npm >/dev/null || $(PIP_INSTALL) --require-hashes -r requirements-node.lock
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python service/static/build.py

%.mo: %.po | $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# The tests that need one of these fail with CI=true, and are skipped elsewhere, when it is missing.
test-needs: | $(VENV)/.created
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	$(BIN)/python -c "import ctypes; ctypes.CDLL('libatomic.so.1')" 2>/dev/null || missing="$$missing libatomic1"; \
	[ -n "$$WEIYUAN_TEST_POSTGRES_URL" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$$missing fonts-noto-cjk"; \
	$(BIN)/python -c "import ctypes; ctypes.CDLL('libpangoft2-1.0.so.0')" 2>/dev/null || missing="$$missing libpangoft2-1.0-0"; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && $(APT_INSTALL) $$missing >/dev/null; } \
		|| echo "Some tests need what is missing here: run  apt-get install$$missing  as root."
