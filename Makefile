# Steadyhand: every job by name; `make` alone lists them.
# GNU make 3.81 or later, any POSIX shell. All is created inside the checkout (.venv, .cache); nothing needs root.

.DEFAULT_GOAL := help
.PHONY: help install demo test check format e2e e2e-node torture bench docs transcript picture image sbom lock clean moved

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PIP := $(PY) -m pip --disable-pip-version-check --no-input
PINS := requirements-build.txt requirements-dev.txt
LOCKS := requirements.txt requirements-sbom.txt $(PINS)
SBOM := .cache/sbom

# Which interpreter .venv is made from: the first of these that is 3.11 or newer and can make one.
PYTHON ?=
PYTHONS := $(strip $(PYTHON) python3.13 python3.12 python3.11 python3)
NEW_ENOUGH := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

DEMO_ARGS ?=
PYTEST_ARGS ?=
LOCK_ARGS ?=

# The image: built by the first of these that is there, on Dockerfile's own base unless another is named.
BUILDER ?= $(shell for each in docker podman buildah; do command -v $$each >/dev/null && echo $$each && break; done)
BASE ?=
IMAGE ?= steadyhand:$(VERSION)
BUILD_ARGS ?=
VERSION := $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' agent/__init__.py)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
SOURCE ?= $(shell git remote get-url origin 2>/dev/null | sed -n 's,^https://\([^/]*@\)*,https://,p')
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)

help: ## List the jobs
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## Create .venv from the pinned, hashed requirements (quick when up to date)
	@echo "Ready: $(VENV)/bin/steadyhand --help"

demo: $(STAMP) ## Run the main job on the embedded shop (DEMO_ARGS="--yes": ask nothing)
	@$(VENV)/bin/steadyhand demo $(DEMO_ARGS)

test: $(STAMP) ## Run every test that can run here, tier by tier (PYTEST_ARGS="-k word")
	@$(PY) -m pytest --numprocesses auto $(PYTEST_ARGS)

check: $(STAMP) ## Check formatting, lint, strict types and the direction of imports
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

format: $(STAMP) ## Let ruff rewrite what it can
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

e2e: $(STAMP) ## Run only the tests on real parts: Prometheus, Alertmanager, a control plane, a node
	@STEADYHAND_REQUIRE_TIERS="$${STEADYHAND_REQUIRE_TIERS-1,2}" \
		$(PY) -m pytest --tier 1 --tier 2 --tier 3 $(PYTEST_ARGS)

# In ../shared/lab, or on the cluster that STEADYHAND_E2E_NODE_KUBECONFIG names; what else that needs: docs/e2e-node.md.
e2e-node: $(STAMP) ## Run only the tests on a real node, the long stories of a market of real pods too
	@STEADYHAND_REQUIRE_TIERS="$${STEADYHAND_REQUIRE_TIERS-3}" STEADYHAND_E2E_NODE_LONG=1 \
		$(PY) -m pytest --tier 3 tests/node $(PYTEST_ARGS)

# A seed of your own for all of it: make torture STEADYHAND_SEED=7. One of them alone: PYTEST_ARGS="-k kill".
torture: $(STAMP) ## Run tests/torture in its long form, some three hours; docs/reliability.md has the counts of such a run
	@STEADYHAND_REQUIRE_TIERS="$${STEADYHAND_REQUIRE_TIERS-1,2}" STEADYHAND_SEED="$${STEADYHAND_SEED-0}" \
		STEADYHAND_KILLS="$${STEADYHAND_KILLS-1000}" STEADYHAND_DEATHS="$${STEADYHAND_DEATHS-1200}" \
		STEADYHAND_OVERTAKEN="$${STEADYHAND_OVERTAKEN-5000}" STEADYHAND_TWO_DAEMONS="$${STEADYHAND_TWO_DAEMONS-200}" \
		STEADYHAND_APPROVAL_ATTACKS="$${STEADYHAND_APPROVAL_ATTACKS-20000}" \
		STEADYHAND_SLACK_LIVES="$${STEADYHAND_SLACK_LIVES-1000}" STEADYHAND_FAULTS="$${STEADYHAND_FAULTS-10000}" \
		$(PY) -m pytest tests/torture $(PYTEST_ARGS)

bench: $(STAMP) ## Measure, print the rows of benchmarks/README.md, and blame nobody innocent in 200 worlds a family
	@$(PY) -m benchmarks
	@$(PY) -m benchmarks.trust 200

docs: $(STAMP) ## Regenerate what is generated: configuration reference, schemas, rights, the chart's values
	@$(PY) -m agent.settings > docs/configuration.md
	@$(PY) -m agent.playbooks
	@$(PY) -m docs.schema
	@$(PY) -m docs.rights
	@$(PY) -m docs.chart
	@$(PY) -m docs.dashboard

transcript: $(STAMP) ## Put a fresh demo run into README.md
	@mkdir -p .cache
	$(VENV)/bin/steadyhand demo --yes --record-transcript .cache/transcript.txt
	$(PY) docs/transcript.py .cache/transcript.txt README.md

picture: $(STAMP) ## Put a fresh picture of a report's page into docs/ (needs Chromium)
	@STEADYHAND_REQUIRE_BROWSER=1 STEADYHAND_PICTURE=docs/report.png \
		$(PY) -m pytest -q tests/page/test_browser.py -k picture $(PYTEST_ARGS)

image: ## Build the container image (BUILDER=podman BASE=python:3.13-slim IMAGE=name:tag BUILD_ARGS="--pull")
	@if [ -z "$(BUILDER)" ]; then echo "No docker, podman or buildah on PATH: install one, or name yours: make image BUILDER=/path/to/podman" >&2; exit 1; fi
	$(BUILDER) build --tag $(IMAGE) $(BASE:%=--build-arg BASE=%) --build-arg VERSION=$(VERSION) \
		--build-arg REVISION=$(REVISION) $(SOURCE:%=--build-arg SOURCE=%) \
		--build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(TIMESTAMP) $(BUILD_ARGS) .

# docker's BuildKit dates the image by the build argument; podman and buildah, every new file too, by this option.
TIMESTAMP = $(if $(filter podman buildah,$(notdir $(firstword $(BUILDER)))),--timestamp $(SOURCE_DATE_EPOCH))

sbom: $(SBOM)/.installed ## Write dist/steadyhand.cdx.json: what the image's environment holds, as CycloneDX
	@mkdir -p dist
	@sed 's/^dynamic = .*/version = "$(VERSION)"/' pyproject.toml > $(SBOM)/pyproject.toml
	@$(SBOM)/tool/bin/cyclonedx-py environment --pyproject $(SBOM)/pyproject.toml --spec-version 1.6 --output-format JSON \
		--output-reproducible --validate --output-file dist/steadyhand.cdx.json $(SBOM)/content/bin/python
	@echo "dist/steadyhand.cdx.json: validated"

clean: ## Remove what the other jobs made
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find agent integrations tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ----------------------------------------------------------------------------

# A checkout that was copied or moved holds scripts and an import path of its old place.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): moved
endif

$(STAMP): $(PINS) pyproject.toml
	@if [ -f $@ ] && [ "$$(cat $@)" != "$(CURDIR)" ]; then rm -rf $(VENV); fi
	@if $(PY) -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null; then exit 0; fi; \
	for python in $(PYTHONS); do \
		if "$$python" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
			echo "Creating $(VENV) with $$("$$python" -V)"; \
			rm -rf $(VENV) && exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "No Python 3.11 or newer with its venv module was found; looked for: $(PYTHONS)." >&2; \
	echo "Install one (Debian: apt-get install python3 python3-venv), or name yours: make install PYTHON=/path/to/python3" >&2; \
	exit 1
	@echo "Installing the pinned requirements into $(VENV): a minute or two the first time"
	@$(PIP) install --quiet --require-hashes $(PINS:%=-r %)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@printf '%s\n' "$(CURDIR)" > $@

# --- the bill of materials: its tool, and an environment with what the image's has ---------------

$(SBOM)/.installed: $(STAMP) requirements.txt requirements-sbom.txt requirements-build.txt pyproject.toml agent/__init__.py
	@rm -rf $(SBOM)
	@$(PY) -m venv --without-pip $(SBOM)/tool
	@$(PY) -m venv --without-pip $(SBOM)/content
	@$(PIP) --python $(SBOM)/tool/bin/python install --quiet --require-hashes -r requirements-sbom.txt
	@$(PIP) --python $(SBOM)/content/bin/python install --quiet --require-hashes -r requirements.txt
	@$(PY) -m hatchling build -t wheel -d $(SBOM) >/dev/null 2>&1
	@$(PIP) --python $(SBOM)/content/bin/python install --quiet --no-index --no-deps $(SBOM)/steadyhand-*.whl
	@touch $@

# --- the pins -----------------------------------------------------------------------------------

# Resolved on the oldest Python we support, so that one set of pins fits all of them; PIP_FIND_LINKS is
# dropped so that no folder of this machine decides what is pinned.
COMPILE = env -u PIP_FIND_LINKS $(PY) -m piptools compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options $(LOCK_ARGS)
NOTE := \# Pinned for Python 3.11 to 3.13 on Linux and macOS (markers were read on Linux, Python 3.11). Made by `make lock`.

lock: $(STAMP) ## Pin the dependencies of pyproject.toml again (LOCK_ARGS="--upgrade": newer ones)
	@$(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "make lock resolves on Python 3.11, the oldest we support: make clean install PYTHON=python3.11" >&2; exit 1; }
	$(COMPILE) --extra slack --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --extra slack --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --all-build-deps --only-build-deps --constraint requirements-dev.txt --output-file requirements-build.txt pyproject.toml
	@echo 'cyclonedx-bom>=7.5,<8' | $(COMPILE) --output-file requirements-sbom.txt -
	@for file in $(LOCKS); do \
		{ printf '%s\n' '$(NOTE)'; cat $$file; } > $$file.new && mv $$file.new $$file; \
	done
