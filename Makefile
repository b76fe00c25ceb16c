# What the README says, shorter.

.venv: pyproject.toml pins.txt
	python3 -m venv .venv
	.venv/bin/pip install -q -c pins.txt -e '.[dev]'
	touch .venv

.PHONY: serve test check pins
serve: .venv
	.venv/bin/twofold serve

test: .venv
	.venv/bin/pytest

check: .venv
	.venv/bin/ruff check service graphql rest tests migrations web
	.venv/bin/ruff format --check service graphql rest tests migrations web
	.venv/bin/mypy
	.venv/bin/pyright
	.venv/bin/lint-imports

pins:
	uv export -q --no-hashes --no-emit-project --all-extras --no-annotate --no-header -o pins.txt
	rm -f uv.lock
