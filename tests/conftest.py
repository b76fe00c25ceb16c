"""The guard, and the fixtures that every suite may use.

Fixtures live in modules of `tests/support`. They are loaded after the guard has looked, because importing project code
is what a stray `__init__.py` breaks; so this file imports none.
"""

import pytest

FIXTURES = (
    "support.databases",
    "support.figures",
    "support.long",
    "support.migrations",
    "support.rehearsing",
    "support.shop",
    "support.trading",
    "support.visitors",
    "support.authorization",  # after those it is made of
    "support.providers",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the generated suites in their long form")
    parser.addoption("--write-cases", action="store_true", help="write the answers and statements of the golden cases")


def pytest_configure(config: pytest.Config) -> None:
    root = config.rootpath
    for stray in (root / "graphql" / "__init__.py", *sorted((root / "tests").rglob("__init__.py"))):
        if stray.exists():
            raise pytest.UsageError(
                f"remove {stray.relative_to(root)}: it makes a package that can hide an installed one,"
                " such as graphql-core's `graphql`, and then strawberry cannot be imported"
            )
    for module in FIXTURES:
        config.pluginmanager.import_plugin(module)
