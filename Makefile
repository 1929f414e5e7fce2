# Everything here needs Python 3.11 or newer, make and the package index that pip uses; nothing else.
# Each target prepares .venv by itself, from the versions pinned in requirements/dev.lock.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MIMIC := .cache/mimic/.ready
MIMIC_LOCK := src/cumuli/sandbox/rackspace/mimic.lock
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo certify test test-dev test-heavy test-field test-openstack test-ceph test-machines test-pythons check dist format new-provider lock bench clean

help:
	@echo "make demo      take the tour: servers made and destroyed, files put and got, on real wire protocols"
	@echo "make test      run the tests                     (ARGS='-k name' and the like go to pytest)"
	@echo "make test-dev  run them under python -X dev, warnings as errors"
	@echo "make test-pythons   run the quick part of them on every other supported Python that there is"
	@echo "make test-heavy   run those that take minutes: a gigabyte up and down, more servers in both flavours"
	@echo "make test-field   run the conformance suites over a slow, far and broken link, sixteen tests at once"
	@echo "make test-openstack   install a real OpenStack (MariaDB and RabbitMQ need root once), start it, test against it"
	@echo "make test-ceph   install Ceph from Debian (needs root once), start a cluster, test its S3 and Swift"
	@echo "make test-machines   install podman from Debian (needs root once), test machines made by it on this computer"
	@echo "make certify   try every provider of the sandbox, and compare with evidence/ (ARGS=--update writes it);"
	@echo "               OpenStack and machines, if make test-openstack and make test-machines installed them"
	@echo "make check     linter, formatter, two type checkers, the sync generator, the import bans"
	@echo "make dist      build wheel and sdist into dist/, check them, install the wheel by pip, uv and pipx"
	@echo "make format    write the generated clients, fix and format everything"
	@echo "make new-provider NAME=acme   start a provider: folder, tests, page (SERVICE=storage, TITLE='Acme Cloud', CLASS=Acme if you like)"
	@echo "make bench     measure against other libraries"
	@echo "make lock      choose newer versions of the dependencies and pin them"
	@echo "make clean     remove .venv and every cache"
	@echo
	@echo "PYTHON=python3.13 chooses the interpreter (now: $(PYTHON)); make clean first to change it."

$(READY): requirements/dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). cumuli needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cumuli needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) -V 2>&1`. Say which: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/pip || { echo "Making $(VENV) ..."; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing what requirements/dev.lock pins into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/python examples/demo.py

test: $(READY) $(MIMIC)
	$(BIN)/python -m pytest -n auto $(ARGS)

test-dev: $(READY)
	$(BIN)/python -X dev -W error -m pytest --dist load --tx "2*popen//python=$(BIN)/python -X dev -W error" $(ARGS)

test-pythons: $(READY)
	$(BIN)/python tools/test_pythons.py $(ARGS)

test-heavy: $(READY)
	$(BIN)/python -m pytest -n 2 -m heavy $(ARGS)

# What the link did to a failing test is told by the test; the log of every request would bury it.
test-field: $(READY) $(MIMIC)
	$(BIN)/python -m pytest -n 2 -m field --show-capture=no tests/field $(ARGS)

test-openstack: $(READY)
	$(BIN)/python -m tools.openstack_services install
	$(BIN)/python -m tools.openstack_services run $(BIN)/python -m pytest -n 4 tests/conformance/openstack $(ARGS)

# What is committed in evidence/ is tried again, on the sandbox. ARGS=--update writes what is seen instead. OpenStack and
# machines are left out, in capitals, unless test-openstack and test-machines have installed what they need.
certify: $(READY) $(MIMIC)
	CUMULI_SANDBOX_CACHE=.cache $(BIN)/cumuli certify --sandbox --flavour sync --jobs 2 --report .cache/certify --evidence evidence $(ARGS)

test-ceph: $(READY)
	$(BIN)/python -m tools.ceph_service install
	$(BIN)/python -m tools.ceph_service run $(BIN)/python -m pytest -n 2 --dist loadscope tests/conformance/ceph $(ARGS)

test-machines: $(READY)
	$(BIN)/python -m tools.machines_service install
	$(BIN)/python -m tools.machines_service run $(BIN)/python -m pytest -n 2 tests/conformance/machines tests/conformance/deploy/test_openssh.py $(ARGS)

# Rackspace's own mock, which needs older versions of what the tests need as well. What is written down at the end is what
# the sandbox looks for (src/cumuli/sandbox/environments.py).
$(MIMIC): $(MIMIC_LOCK)
	@test -x .cache/mimic/bin/pip || { echo "Making .cache/mimic ..."; $(PYTHON) -m venv --clear .cache/mimic; }
	@echo "Installing what $(MIMIC_LOCK) pins into .cache/mimic ..."
	@.cache/mimic/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $(MIMIC_LOCK)
	@.cache/mimic/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(), end="")' $(MIMIC_LOCK) > $@

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src tests/typing examples tests/thirdparty/cumuli-example/src
	$(BIN)/basedpyright
	$(BIN)/python -m cumuli.generate --check src/cumuli
	$(BIN)/python tools/generate_names.py --check
	$(BIN)/python tools/libcloud_table.py --check
	$(BIN)/python tools/generate_capabilities.py --check
	$(BIN)/python tools/check_imports.py

dist: $(READY)
	$(BIN)/python tools/make_dist.py

format: $(READY)
	$(BIN)/python tools/generate_names.py
	$(BIN)/python tools/generate_capabilities.py
	$(BIN)/python -m cumuli.generate src/cumuli
	$(BIN)/python tools/libcloud_table.py
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

new-provider: $(READY)
	@$(BIN)/python tools/new_provider.py $(if $(SERVICE),--service "$(SERVICE)") $(if $(TITLE),--title "$(TITLE)") $(if $(CLASS),--client "$(CLASS)") -- "$(NAME)"

lock: $(READY)
	$(BIN)/uv pip compile --upgrade pyproject.toml --extra all --extra sandbox --group dev --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--quiet --output-file requirements/dev.lock
	$(BIN)/uv pip compile --upgrade pyproject.toml --extra all --group bench --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--quiet --output-file requirements/bench.lock
	$(BIN)/uv pip compile --upgrade requirements/openstack.in --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--quiet --output-file src/cumuli/sandbox/openstack/openstack.lock
	$(BIN)/uv pip compile --upgrade requirements/clients.in --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--quiet --output-file requirements/clients.lock
	$(BIN)/uv pip compile --upgrade --group pyproject.toml:bench-s3fs --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--quiet --output-file requirements/bench-s3fs.lock

bench: .bench/.ready .bench-s3fs/.ready
	.bench/bin/python -m benchmarks $(ARGS)

# The libraries that are measured against live in a venv of their own.
.bench/.ready: requirements/bench.lock pyproject.toml $(READY)
	@test -x .bench/bin/pip || { echo "Making .bench ..."; $(PYTHON) -m venv --clear .bench; }
	@echo "Installing what requirements/bench.lock pins into .bench ..."
	@.bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench.lock
	@echo '$(CURDIR)/src' > `.bench/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'`/cumuli.pth
	@touch $@

# s3fs wants another botocore than boto3; the report finds it in the venv of its name.
.bench-s3fs/.ready: requirements/bench-s3fs.lock $(READY)
	@test -x .bench-s3fs/bin/pip || { echo "Making .bench-s3fs ..."; $(PYTHON) -m venv --clear .bench-s3fs; }
	@echo "Installing what requirements/bench-s3fs.lock pins into .bench-s3fs ..."
	@.bench-s3fs/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/bench-s3fs.lock
	@touch $@

clean:
	rm -rf $(VENV) .bench .bench-s3fs .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
