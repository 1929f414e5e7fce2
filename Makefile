# Everything here needs Python 3.11 or newer, make and the package index that pip uses; nothing else.
# Each target prepares .venv by itself, from the versions pinned in requirements/dev.lock.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MIMIC := .cache/mimic/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test test-dev test-heavy test-field test-openstack test-ceph check format new-provider lock bench clean
