"""The faces' own documents from the command line: `schema` and `openapi`."""

from __future__ import annotations

import typer

from twofold.cli.common import load_asgi
from twofold.contract import contracts_of

__all__ = ["openapi", "schema"]


def schema() -> None:
    """Prints the GraphQL schema, in the schema definition language."""
    typer.echo(_document("GraphQL"))


def openapi() -> None:
    """Prints the OpenAPI document of the REST face, as JSON."""
    typer.echo(_document("REST"))


def _document(face: str) -> str:
    contracts = contracts_of(load_asgi())
    if face not in contracts:
        raise typer.BadParameter(f"the application has no {face} face")
    return contracts[face].document()
