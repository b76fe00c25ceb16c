"""What every connection is made with."""

from twofold.engine import Engine

pytest_plugins = ("support.library.fixtures",)


async def test_postgresql_compiles_no_statement(postgres_library: Engine) -> None:
    ((jit,),) = await postgres_library.database.fetch("SHOW jit")
    assert jit == "off"


async def test_sqlite_has_the_functions_that_statements_use(sqlite_library: Engine) -> None:
    ((folded, nothing),) = await sqlite_library.database.fetch("SELECT twofold_folded('Straße'), twofold_folded(NULL)")
    assert (folded, nothing) == ("STRASSE", None)
