"""The recorded mix in a short form: reads that depend on rows are answered without the database more often."""

from __future__ import annotations

import pytest

from bench.cache_mix import READS, WRITES, Measured, compared, recording
from support.figures import count

pytestmark = pytest.mark.bench

REQUESTS = 1500


@pytest.fixture(scope="module")
async def figures() -> dict[str, Measured]:
    return {each.name: each for each in await compared(REQUESTS, scale=1)}


def test_rows_are_finer_than_tables(figures: dict[str, Measured]) -> None:
    rows, tables = figures["rows"], figures["whole tables"]
    for each in (rows, tables):
        count("cache mix", f"of 1000 reads answered with {each.name}", round(1000 * each.hit_rate))
    assert rows.hit_rate > 2 * tables.hit_rate
    assert rows.needless < tables.needless
    assert rows.stats.needless < tables.stats.needless
    assert rows.statements < tables.statements


def test_both_were_asked_the_same_and_answered_it(figures: dict[str, Measured]) -> None:
    rows, tables = figures["rows"], figures["whole tables"]
    assert rows.statuses == tables.statuses
    refused = sum(number for status, number in rows.statuses.items() if status >= 400)
    assert refused < REQUESTS * 0.02
    assert not {status for status in rows.statuses if status >= 500}


def test_the_recording_is_the_same_at_every_run() -> None:
    steps = recording(REQUESTS)
    assert steps == recording(REQUESTS)
    assert {step.kind for step in steps} == {*READS, *WRITES}
    assert sum(step.kind in WRITES for step in steps) == pytest.approx(0.05 * REQUESTS, rel=0.3)
