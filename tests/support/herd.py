"""A process that asks the shop for one thing many times at once: `python -m support.herd DATABASE REDIS NUMBER PATH`.

It writes a line when it is ready, asks when it gets one, and says how many loads that took.
"""

from __future__ import annotations

import asyncio
import json
import sys

from support.shop import opened


async def main(database_url: str, redis_url: str, number: str, path: str) -> None:
    async with opened(database_url, redis_url=redis_url, cache="redis") as shop:
        await shop.rest("GET", "/categories?limit=1")  # it is connected
        before = shop.engine.stats.misses
        print("ready", flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.readline)
        answers = await asyncio.gather(*(shop.rest("GET", path) for _ in range(int(number))))
        told = {"loads": shop.engine.stats.misses - before, "answers": len({each.content for each in answers}),
                "right": sum(each.status_code == 200 for each in answers)}  # fmt: skip
        print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
