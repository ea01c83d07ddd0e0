# Everything here works from a fresh clone: each target sets up what it needs, once, in .venv.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

SAMPLE ?= samples/emberlight
PLATFORM ?= web
ARTIFACTS ?= dist
PYTEST_ARGS ?=

# Who plays in a film of a sample: its own track, where it has one.
TRACK := film/input.json
PLAYED := $(if $(filter video,$(PLATFORM)),$(if $(wildcard $(SAMPLE)/$(TRACK)),--option video.input=$(TRACK)))

LOCAL := .venv/.local-ready
DESKTOP := .venv/.desktop-ready
DEV := .venv/.dev-ready
BIN := .venv/bin

# What the runtime of Android games is built with; nothing of it runs in an export.
ANDROID_PACKAGES := aapt android-framework-res default-jdk-headless libasm-java libsmali-java
# What films are made with: a browser, and what draws its pictures without a graphics card.
FILM_PACKAGES := chromium-headless-shell libegl-mesa0 libegl1 libgl1-mesa-dri

.PHONY: help demo up test lint tools bench alerts chaos load hostile third-party reproducible templates small-templates documents images test-images test-containers lock clean android-packages film-packages system-packages

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(LOCAL) $(if $(filter android,$(PLATFORM)),android-packages) $(if $(filter video,$(PLATFORM)),film-packages) small-templates ## export the sample (SAMPLE=…) on a stack of its own, into dist/
	$(BIN)/aethel-export run $(SAMPLE) --platform $(PLATFORM) $(PLAYED) -o $(ARTIFACTS)

up: $(LOCAL) small-templates ## the same stack, kept running: the page is http://127.0.0.1:8080, until Ctrl-C
	$(BIN)/aethel-export up

# Eight at a time, on two cores too: half of what is tested waits for a server, a browser, a time-out.
# Hundreds of Python processes: none compiles again what another has compiled.
test: export PYTHONDONTWRITEBYTECODE :=
test: tools ## all tests: unit, contract, real servers, browser (PYTEST_ARGS=…)
	$(BIN)/pytest --numprocesses 8 --dist loadfile --no-loadscope-reorder --durations 20 $(PYTEST_ARGS)

# What is fetched is fetched while the templates are compiled; those of Android are compiled by what comes first.
tools: $(DEV) android-packages
	@$(MAKE) --no-print-directory --jobs 2 system-packages templates

templates: $(DESKTOP) ## all runtime templates, where their sources have changed (fetches a C compiler once)
	@scripts/templates

# Those whose tools are there: without the C compiler, what games for windows, macos and linux need is left out; without
# ANDROID_PACKAGES, what games for android need.
small-templates: $(LOCAL)
	@scripts/templates

lint: $(DEV) ## style, types, layers, manifests against their schemas, and lock files that name no host
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	for builder in runtimes/*/build.py; do $(BIN)/mypy $$builder; done
	$(BIN)/lint-imports --no-logo
	! grep -nE '://|^-' requirements/*.lock
	$(BIN)/hadolint Dockerfile
	PATH=$$PWD/$(BIN):$$PATH $(BIN)/actionlint
	$(BIN)/zizmor --offline --quiet .github
	$(BIN)/shellcheck .ci/run scripts/*
	$(BIN)/pytest --quiet tests/deployment/test_schemas.py
	@scripts/templates --check
	$(BIN)/python -m documents --check

documents: $(DEV) ## docs/api: the OpenAPI and AsyncAPI documents, from the code (make lint compares)
	$(BIN)/python -m documents

images: ## an image for each service, for packagers of films and for the command line, with docker, podman or buildah (IMAGE_BASE=…)
	scripts/images

test-images: images $(DEV) ## the same, then each is looked into and started, and a game exported through them
	$(BIN)/pytest tests/images $(PYTEST_ARGS)

test-containers: $(DEV) small-templates ## the tests of the services' parts, on the official images of NATS and SeaweedFS
	$(BIN)/pytest --servers=containers tests/integration $(PYTEST_ARGS)

chaos: $(DEV) templates ## 500 exports (EXPORTS=…) while everything is killed at random instants (SEED=…)
	$(BIN)/python -m tests.chaos.run
	$(BIN)/python -m tests.chaos.films

load: tools ## a stack under load for half an hour (LOAD_MINUTES=…) while everything fails once, seen by a Prometheus and drawn
	$(BIN)/python -m tests.load.run

alerts: export ALERTS := all
alerts: tools ## every alert is provoked on a real stack under a real Prometheus, and seen ending
	$(BIN)/pytest tests/monitoring/test_alerts.py $(PYTEST_ARGS)

hostile: tools ## 30 minutes of attacks with random variations (HOSTILE_SEED=…, HOSTILE_SECONDS=… for each)
	HOSTILE_SECONDS=$${HOSTILE_SECONDS:-60} $(BIN)/pytest --numprocesses 2 --dist load tests/hostile $(PYTEST_ARGS)

third-party: export THIRD_PARTY := all
third-party: tools ## ten strangers' web projects, each beside its own build (fetches hundreds of packages), and the games of GAMES=/folder
	$(BIN)/pytest tests/browser/vite/third_party tests/browser/games $(PYTEST_ARGS)

reproducible: export REBUILT := all
reproducible: tools ## the desktop shell compiled anew for every system, in another folder: the same bytes
	$(BIN)/pytest tests/shell/test_programs.py $(PYTEST_ARGS)

bench: tools ## the measurements that the documentation quotes
	$(BIN)/python -m tests.bench

# dev.lock comes first and constrains the others: one version of everything, everywhere.
lock: COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' pyproject.toml
lock: $(DEV) ## renew requirements/*.lock (UPGRADE=--upgrade for newer versions)
	$(COMPILE) $(UPGRADE) --extra local --extra templates --group build --group dev -o requirements/dev.lock
	$(COMPILE) -c requirements/dev.lock --group build --extra local -o requirements/local.lock
	$(COMPILE) -c requirements/dev.lock --group build --extra local --extra templates \
		-o requirements/templates.lock
	$(COMPILE) $(UPGRADE) -c requirements/dev.lock --group build --extra local --extra desktop \
		-o requirements/desktop.lock
	$(COMPILE) -c requirements/dev.lock --extra cli -o requirements/cli.lock
	for service in gateway status uploader; do \
		$(COMPILE) -c requirements/dev.lock --extra $$service --extra tracing -o requirements/$$service.lock; \
	done
	$(COMPILE) -c requirements/dev.lock --extra packager --extra templates --extra tracing \
		-o requirements/packager.lock
	$(COMPILE) -c requirements/desktop.lock --group build --extra templates --extra desktop \
		-o requirements/image-build.lock

clean: ## remove what was built and installed; projects and exports of `make up` stay
	rm -rf .venv dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.%-ready: requirements/%.lock pyproject.toml
	scripts/setup $*

system-packages:
	@scripts/system-packages $(ANDROID_PACKAGES) $(FILM_PACKAGES) chromium curl faketime ffmpeg firefox-esr p7zip-full unzip zip \
		binutils gcc gstreamer1.0-plugins-good imagemagick iproute2 libc6-dev libwebkit2gtk-4.1-0 openbox ruby wine64 x11-utils xdotool xvfb \
		apksigner desktop-file-utils dexdump enjarify icnsutils openssl osslsigncode prometheus squashfs-tools zipalign

android-packages:
	@scripts/system-packages $(ANDROID_PACKAGES)

film-packages:
	@scripts/system-packages $(FILM_PACKAGES)
