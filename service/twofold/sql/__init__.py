"""The only place where SQL text is made."""

from twofold.sql.dialects import DIALECTS, SqlDialect
from twofold.sql.insert import NEW_KEY, inserts
from twofold.sql.select import Statement, select, select_allowed, select_foreseen, select_keys

__all__ = ["DIALECTS", "NEW_KEY", "SqlDialect", "Statement", "inserts", "select", "select_allowed", "select_foreseen",
           "select_keys"]  # fmt: skip
