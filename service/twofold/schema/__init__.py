"""Schemas: what models ask of a database, and what is there, in one form that can be compared and written as SQL."""

from twofold.schema.schema import Check, Column, ForeignKey, Index, Schema, Table, Unique, named

__all__ = ["Check", "Column", "ForeignKey", "Index", "Schema", "Table", "Unique", "named"]
