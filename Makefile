# Everything happens in .venv of this checkout. Nothing but CPython 3.11 or 3.12, make and pip is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || echo python3)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint types imports unit slow lock clean

demo: $(READY)
	@$(BIN)/chapterhouse render configs/audiobook.yaml --result build/demo/result.json

test: lint types imports unit

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

slow: $(READY)
	$(BIN)/pytest -m slow

# the versions in constraints.txt, installed once; again when they or pyproject.toml change
$(READY): constraints.txt pyproject.toml
	@echo "setting up .venv (about 2.5 GB, a few minutes the first time)"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(v not in ((3, 11), (3, 12)) and "CPython 3.11 or 3.12 is needed, this is %d.%d: make PYTHON=/path/to/python3.11" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,asr]'
	@touch $@

# renew constraints.txt: the newest versions that pyproject.toml allows, in a new virtual environment
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet -e '.[dev,asr]'
	build/lock/bin/python scripts/lock.py > constraints.txt

clean:
	rm -rf .venv build
