# Two commands matter: `make run` opens the portal, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DJANGO := $(BIN)/python manage.py

.PHONY: run test lint lock messages messages-check bench clean
.DELETE_ON_ERROR:

run: $(VENV)/installed
	$(DJANGO) prepare
	$(BIN)/gunicorn --config gunicorn.conf.py --bind 127.0.0.1:$(PORT) gresil.wsgi

# One process for each core. Coverage is asked of the whole suite, not of the part that ARGS names.
test: $(VENV)/installed-dev
	$(DJANGO) compile_messages
	$(BIN)/pytest -n auto --dist worksteal --durations 10 $(or $(ARGS),--cov)

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djangofmt --quiet --check templates
	$(BIN)/mypy

# The second stamp holds everything of the first, so `make run` after `make test` installs nothing.
$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@test -e $(VENV)/installed-dev -a ! requirements-dev.txt -nt $(VENV)/installed-dev \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/installed

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# After a change in pyproject.toml. Needs uv, which nothing else does. The extras stay in the lock: where a package asks
# for coverage[toml] and the lock names only coverage, pip 23 takes the newest release, and its hash is not listed.
lock:
	uv pip compile --quiet --no-header --python-version 3.11 --no-strip-extras --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile --quiet --no-header --python-version 3.11 --no-strip-extras --generate-hashes --extra dev pyproject.toml -o requirements-dev.txt

# After a change of a marked string. Needs gettext, which nothing else does.
messages: $(VENV)/installed-dev
	$(DJANGO) makemessages --all --no-wrap --no-location --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(DJANGO) compile_messages

# Every catalogue complete and sound, and no string that bypasses gettext.
messages-check: $(VENV)/installed-dev
	$(DJANGO) compile_messages
	$(BIN)/pytest --no-cov tests/test_messages.py

# What a visit costs, at 25 and 10,000 practices, beside a bare Django project; half an hour. Needs wrk. On SQLite, or on
# the PostgreSQL server of BENCH_DATABASE_URL. Shorter: make bench ARGS="--sizes 25 --pages library --rounds 1".
bench: $(VENV)/installed
	bin/bench $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage htmlcov
