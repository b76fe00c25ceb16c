"""The two tables that remember migrations: aerich's, which both tools read, and our ledger.

aerich writes its row after the migration is committed, so a process that is killed between the two leaves a migration
that is applied and looks pending. The ledger's row is written in the migration's own transaction: it is never wrong.
"""

from collections.abc import Mapping, Sequence

from twofold.database import Dialect

__all__ = ["AERICH_EXISTS", "APPLIED", "CLAIM", "TABLES"]

_LEDGER = """
CREATE TABLE IF NOT EXISTS twofold_migrations (
    app VARCHAR(100) NOT NULL,
    version VARCHAR(255) NOT NULL,
    direction VARCHAR(4) NOT NULL,
    recorded_at {timestamp} NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT pk_twofold_migrations PRIMARY KEY (app, version),
    CONSTRAINT ck_twofold_migrations_direction CHECK (direction IN ('up', 'down'))
)"""

_AERICH = """
CREATE TABLE IF NOT EXISTS aerich (
    id {serial},
    version VARCHAR(255) NOT NULL,
    app VARCHAR(100) NOT NULL,
    content {json} NOT NULL,
    CONSTRAINT uq_aerich_app_version UNIQUE (app, version)
)"""

TABLES: Mapping[Dialect, Sequence[str]] = {
    "sqlite": [
        _LEDGER.format(timestamp="TIMESTAMP"),
        _AERICH.format(serial="INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", json="JSON"),
    ],
    "postgres": [
        _LEDGER.format(timestamp="TIMESTAMPTZ"),
        _AERICH.format(serial="SERIAL NOT NULL PRIMARY KEY", json="JSONB"),
    ],
}

_CLAIM = """
INSERT INTO twofold_migrations (app, version, direction) VALUES ({values})
ON CONFLICT (app, version) DO UPDATE SET direction = excluded.direction, recorded_at = CURRENT_TIMESTAMP
WHERE twofold_migrations.direction <> excluded.direction
RETURNING direction"""

CLAIM: Mapping[Dialect, str] = {
    "sqlite": _CLAIM.format(values="?, ?, ?"),
    "postgres": _CLAIM.format(values="$1, $2, $3"),
}
"""Records app, version and direction; returns no row when that was recorded before and nothing else since."""

APPLIED = "SELECT app, version FROM aerich ORDER BY id"

AERICH_EXISTS: Mapping[Dialect, str] = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'aerich'",
    "postgres": "SELECT 1 WHERE to_regclass('aerich') IS NOT NULL",
}
