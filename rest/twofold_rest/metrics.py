"""`GET /metrics`: what the cache of this machine's processes does, in Prometheus' text format 0.0.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from fastapi import FastAPI, Response

from twofold.cache.board import Process
from twofold.engine import Engine

__all__ = ["add_metrics"]

MEDIA_TYPE = "text/plain; version=0.0.4"
COUNTERS = {
    "answers": "Requests that were answered with a finished answer.",
    "hits": "Reads whose rows were kept.",
    "misses": "Reads for which the database was asked, and whose rows could be kept.",
    "joined": "Reads that waited for another one of the same rows.",
    "bypassed": "Reads that went round the cache, as a write was under way or what is shared was out of reach.",
    "moved": "Rows that were not kept, as something was written while they were read, or as they are too large.",
    "renewed": "Reads whose rows were kept, but before a write that they depend on.",
    "needless": "Those of the renewed whose rows turned out to be the same.",
}

OTHERS: Mapping[str, tuple[str, str, Callable[[Process], float]]] = {
    "twofold_cache_evicted_total": ("counter", "What was given up for something newer.", lambda it: it.numbers.evicted),
    "twofold_cache_entries": ("gauge", "What is kept in memory.", lambda it: it.numbers.entries),
    "twofold_cache_bytes": ("gauge", "How much memory that takes.", lambda it: it.numbers.bytes),
    "twofold_database_connections_in_use": ("gauge", "Connections that have a statement now.",
                                            lambda it: it.numbers.connections),
    "twofold_start_time_seconds": ("gauge", "When the process began to serve, since 1970.",
                                   lambda it: it.began_at.timestamp()),
}  # fmt: skip


def add_metrics(app: FastAPI, engine: Engine) -> None:
    """Adds the route, which is for the operator and in no document of the API."""

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        shared = engine.database.shared
        can_keep = engine.settings.cache_place != "off" and await shared.versions.seen(()) is not None
        lines = [
            *_of_processes(engine.counting.processes()),
            *_gauge("twofold_cache_max_bytes", "How much a process keeps in memory at most.", engine.memory.max_bytes),
            *_gauge("twofold_cache_usable", "Whether answers can be kept now; 0: all reads go round.", int(can_keep)),
        ]
        if shared.spans_machines:
            lines += _gauge("twofold_redis_up", "Whether Redis answers.", int(await shared.answers()))
        return Response("".join(f"{line}\n" for line in lines), media_type=MEDIA_TYPE)


def _of_processes(processes: Sequence[Process]) -> Iterator[str]:
    """Each process has series of its own, so that one that ends takes nothing back."""
    for name, said in COUNTERS.items():
        values = [(each.pid, getattr(each.numbers.stats, name)) for each in processes]
        yield from _series(f"twofold_cache_{name}_total", "counter", said, values)
    for name, (kind, said, number) in OTHERS.items():
        yield from _series(name, kind, said, [(each.pid, number(each)) for each in processes])


def _series(name: str, kind: str, said: str, values: Sequence[tuple[int, float]]) -> Iterator[str]:
    yield f"# HELP {name} {said}"
    yield f"# TYPE {name} {kind}"
    for pid, value in values:
        yield f'{name}{{process="{pid}"}} {value}'


def _gauge(name: str, said: str, value: int) -> Sequence[str]:
    return (f"# HELP {name} {said}", f"# TYPE {name} gauge", f"{name} {value}")
