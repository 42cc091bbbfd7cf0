# Two commands do everything: `make up` and `make test`. Each target says what it does while it does it.
SHELL := /bin/bash
# Empty: compiled modules are kept. Without them each of the product's processes compiles for seconds at its start.
export PYTHONDONTWRITEBYTECODE :=
HOUSE := .venv/bin/python
BOT   := .venv-bot/bin/python
UV    := .venv/bin/uv

.PHONY: up demo-wechat test envs lock train frontends clean lint

up: envs frontends
	@exec $(HOUSE) -m hotline up

# The same on a simulated WeChat, with a page on which you chat as a citizen.
demo-wechat: envs frontends
	@exec $(HOUSE) -m hotline wechat demo

test: envs frontends
	@exec $(HOUSE) -m tests.run

envs: .venv/.ready .venv-bot/.ready

.venv/.ready: requirements.txt requirements-dev.txt
	@python=$$(tools/find-python 3.11 3.12 3.13) && echo "[1/3] front door environment ($$python)" && \
	if [ ! -x $(HOUSE) ]; then "$$python" -m venv .venv; fi && \
	$(HOUSE) -m pip install -q --disable-pip-version-check $$(grep -E '^uv==' requirements-dev.txt | cut -d' ' -f1) && \
	$(UV) pip install -q --python $(HOUSE) -r requirements.txt -r requirements-dev.txt
	@touch $@

.venv-bot/.ready: bot/requirements.txt .venv/.ready
	@python=$$(tools/find-python 3.10) && echo "[2/3] bot environment, Rasa 3.6.21 ($$python)" && \
	if [ ! -x $(BOT) ]; then "$$python" -m venv .venv-bot; fi && \
	$(UV) pip install -q --python $(BOT) -r bot/requirements.txt
	@touch $@

frontends: web/dist/.ready

web/dist/.ready: web/package-lock.json $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)
	@echo "[3/3] front ends" && cd web && npm ci --no-audit --no-fund --loglevel=error && npm run build --silent
	@touch $@

train: envs
	$(HOUSE) -m hotline train

lint: envs
	.venv/bin/ruff check hotline connectors bot tests
	.venv/bin/mypy

# Newer exact versions: written without registry hosts or download addresses.
lock: .venv/.ready
	$(UV) pip compile -q --no-header --universal --python-version 3.11 requirements.in -o requirements.txt
	$(UV) pip compile -q --no-header --universal --python-version 3.11 -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(UV) pip compile -q --no-header --python $(BOT) bot/requirements.in -o bot/requirements.txt

clean:
	rm -rf .venv .venv-bot web/node_modules web/dist bot/models/*.tar.gz bot/models/vectors.sqlite* .rasa
