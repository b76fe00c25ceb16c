"""The figures of a run: medians, ratios to the limit of the same round, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

__all__ = ["Figures", "Row", "as_json", "rows_of", "table"]

COLUMNS = ("rps", "p50_ms", "p99_ms", "errors", "server_us", "database_us", "rss_mb")
HEADINGS = ("scenario", "target", "req/s", "p50 ms", "p99 ms", "errors", "server us", "database us", "RSS MB",
            "of limit")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one target did in one round: CPU time is per request, in microseconds."""

    scenario: str
    target: str
    round: int
    rps: float
    p50_ms: float
    p99_ms: float
    errors: int
    server_us: float
    database_us: float
    rss_mb: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """The medians of a target in a scenario, and the median of its ratios to the faster limit of the same round."""

    scenario: str
    target: str
    medians: Mapping[str, float]
    of_limit: float
    of_limit_rounds: Sequence[float]


def rows_of(figures: Iterable[Figures]) -> list[Row]:
    """Returns a row for each scenario and target, in the order in which they were measured first.

    A target whose name ends in `t` carries a token; the limit has none, so it is compared like the others.
    """
    grouped: dict[tuple[str, str], list[Figures]] = {}
    best: dict[tuple[str, int], float] = {}
    for each in figures:
        grouped.setdefault((each.scenario, each.target), []).append(each)
        if each.target.startswith("limit"):
            place = each.scenario, each.round
            best[place] = max(best.get(place, 0), each.rps)
    rows = []
    for (scenario, target), found in grouped.items():
        ratios = [each.rps / best[scenario, each.round] for each in found]
        medians = {name: median(getattr(each, name) for each in found) for name in COLUMNS}
        rows.append(
            Row(scenario=scenario, target=target, medians=medians, of_limit=median(ratios), of_limit_rounds=ratios)
        )
    return rows


def table(rows: Iterable[Row]) -> str:
    """Returns the rows as a Markdown table."""
    cells: list[list[str]] = [list(HEADINGS)]
    for row in rows:
        numbers = [f"{row.medians[name]:.{1 if name.endswith('ms') else 0}f}" for name in COLUMNS]
        cells.append([row.scenario, row.target, *numbers, f"{row.of_limit:.2f}"])
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) if place < 2 else cell.rjust(width)
                          for place, (cell, width) in enumerate(zip(line, widths, strict=True))) + " |"
        for line in cells
    ]  # fmt: skip
    rule = "|" + "|".join("-" * (width + 2) if place < 2 else "-" * (width + 1) + ":"
                          for place, width in enumerate(widths)) + "|"  # fmt: skip
    return "\n".join([lines[0], rule, *lines[1:]])


def as_json(figures: Iterable[Figures], rows: Iterable[Row], **about: object) -> dict[str, object]:
    """Returns everything as plain values: how it was measured, the rows, and the figures of each round."""
    return {**about, "rows": [asdict(each) for each in rows], "rounds": [asdict(each) for each in figures]}
