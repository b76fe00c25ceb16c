"""Versions of users; an idempotency key remembers the outcomes of its write."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run

RUN_IN_TRANSACTION = False


def up(json: str) -> list[str]:
    return [
        "ALTER TABLE users ADD COLUMN version INT NOT NULL DEFAULT 1",
        # The old keys do not say what became of each row of a write, as the new ones do: they are unknown from now on.
        "DELETE FROM idempotency_keys",
        "ALTER TABLE idempotency_keys DROP COLUMN row_id",
        f"ALTER TABLE idempotency_keys ADD COLUMN outcomes {json}",
    ]


UP = {"sqlite": up("JSON"), "postgres": up("JSONB")}
DOWN_STATEMENTS = [
    "DELETE FROM idempotency_keys",
    "ALTER TABLE idempotency_keys DROP COLUMN outcomes",
    "ALTER TABLE idempotency_keys ADD COLUMN row_id VARCHAR(64)",
    "ALTER TABLE users DROP COLUMN version",
]
DOWN = {"sqlite": DOWN_STATEMENTS, "postgres": DOWN_STATEMENTS}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztW21v2zgS/iuEvlwPcIPWSbx72cMBTpqivm3iQ+LuHvYFAi3RNhGZ1JKUVaPX/35DSr"
    "ZlvVVy7FQ29CkxOUNRz0MNZ4bDL5YK+YR77lnfcYiUI/5EmHWFvlgMzwn8k9vfQRb2/USv"
    "blF47BkNbCRtpUWlkR1LJbCjoHOCPUmgySXSEdRXlOunWX2GuI//CggaEyyIQEa5g6Tigr"
    "gIS6RmBD1+6L/uXvYQn6BwhhWiSqIZPB3kJWGuPNMPc7kDT6NsuudxA0ZhHHirKQEdAaP/"
    "/ic0U+aSz0SufvpP9oQSACQJITX4mHZbLX3T9unT4N17I6nnPLYd7gVztpH2l2rG2Vo8CK"
    "h7pnV035QwIrAibgJQFnheTMCqKZoxNCgRkPVU3U2DSyY48DQt1j8nAXM0G2jFt5muPGMk"
    "tKn7r3iWCQ3bvh+O7MfbkW1bGUL1bFJcxE0OZ3oxUKY0Zl++RuNusDGtln7AzYf+w6vz3t"
    "8NGlyqqTCdBjnrq1HECkeqBv/EmtUs2zMsZ1ngb2ZY5AO/rZUiACZ9GOhXUB0AXGuOP9se"
    "YVM1g5+9ixKwf+k/GLx7FwZvDp9r9DHfxz1d06Vh38DsCKKhsLHKwvwOehSdk3yotzVTUL"
    "ux6tnqn12AXzVskN+YnpeAHl7QHTJvGVNeAv1ocHf7OOrf/Uc/bi7lX57Brz+61T1d07pM"
    "tb7qpWhaD4J+HYw+IP0T/Ta8v01/PGu50W+WnhMOFLcZD23sJlbnqnWF2hbr5LNPYbQdWN"
    "/WPEHWj4TlFSalNAuyAHu4y8e9rbkHmuNV2bK8f5YDSYRdzz9JqOzTScmS+pJb5e5+iPb6"
    "Jk+5bohGKovse3A96ZT9TJYG3wHMAzOH5OC5csU+xeMcJaSb1s3zBQ7XbnJyPcG7u8QjKn"
    "LU+o83/Xe3lkF4jJ2nEAvX3oJa9/AuT7WsZbNd8+483YIZnhps9FvoOa8DHp8CR1ZuLBR1"
    "dcrDIJ/aT2RZNQJCHmfT1x5dQFwCamjCBcLIF3wq8HwPkdD+x28jomZZok5JRGT+ZiAvjo"
    "VW8vuJgr63M74VB71986ZCIARShZGQ6dsOhXxBJvRzHYQ3Gk3G2BqBNQBz8TeJJlRIhRx4"
    "ITBkRMgOGi/BOlBnZswDD2G+6AkcDQm/MwaoEjO9KsSk3aUEL700LTDz2mmApE6bBPhmEk"
    "A6XI+RAfjfj8P7fIA3GunYgDoK/Q95VKpDfQEJsz4OqKcok2f6eXXNufVrtC2iOV4il/+E"
    "yNxXyyuEPQ820HjHjD4JkKj4NZRQo9HciilWlLy66/83zdbNx+F1eo/QA1y3+Zs2f9Ok/E"
    "0b2Lfpm5blNn3Tpm8aC+nRpm8M6nnJmxUdJakb/U6V8zY+yII7GVI1Q5gh7Dg8YNkAqFyy"
    "zaU0yyx0SnIpZI6pVyeiXCs0N5y0PvIQYhUHS7JT6N69rBJYglRhZGn6tuOTNml14KQVlj"
    "LkYGnrpkgyik1G3MJiylmXuh308P4G/ePtm96OS/yy0hK/LFnil2kKBPdqLfGV/MsBbjmB"
    "VHwe7ZmHX+jdKuu8W7zMu5lVTiFghc1nkYPzNQc4MSvYKZN6KbzHoHgowFfW/GX3w+vh8O"
    "NW1HM9GKUw/nR3fQs2xkAPQjTy8wb3ozat1KaVrAU4txqNDOW/RB35jCe0UnTriONABL+t"
    "uYHcaDc9Ohh1ZphNifzJHIPq/K+OVpDicQfiwG10ZLrkAZrhBQFJwqpuOFP9Cq+7by9+uP"
    "jxvHfxI4iY11y3/FCyYqIvMRPQFsdfG/IyJbspOxmrv//5gXhY5RNWUCh8ZF9oUdi7tdaT"
    "R/vPQWpdRnCSILkuWBeZdzZUCSVTkTARHCLkfjTUqSI1J/Mx2MEZ9feA1d16sFOFCwKPOD"
    "3zPKSGepxTBUmQBSXhHlB6MAOdEkwHTTveLoh5UjbvGPV0ShOPRMtUzDw+QlCmZoBAdOA8"
    "g2GBIDebeCwS/IP9wQYK6XlGzo3gIcLg1uhKL4kYZ0QXgOmT7AX2AiKvwLPhiIIwCERdSD"
    "u0RnuOAqbrw+BfKvTRNxKBR9pKsWPLbtaP2tpo7fiitVNMrVoPRPJAOMQYsTBp6650oasb"
    "OEqeBb5ekVkz+d2ysCKeda00YEKnyZTsWqVWBeZeMcq9LMg8zD0nL8u0hvnH5CcB8N7LAM"
    "FV4XVLEZI6z9izj6e+5JvbciKJavJJOXAW11UmVI64sFIXHEcuKTiY2iuNnJTId41fsUH1"
    "lDXSbQeNOwYumftcEeYsi26tpETKIxG6Ea51i0VfLTFUSYg6xtxd6kypimseUCioArX1/q"
    "z5NW0oxLmXVp47XE7k8btl6nJ1L4xu/dlGIg2NRNY0Vd2y1wpN3rGNgdMFRiaYNquZqrh+"
    "3FzKWlBJYV/Mfg5VNvbzKlcozouvUJznXaGow0Es3mQGdj2ZPsT5/wSeT4Qv4tOuqiin1J"
    "qMtjWcbOzyFdhqrg0x0sklfXcCfkbHZFpGAira5O+09Pfv0/JAObDt1LrcktR5lhf2Ml5t"
    "dI/F0bibfF5H/yHY3Oki8wb5WcdbYPCil71OK2PVFOe6TwR1ZrlOddxV7kzjjdC3XOhiqv"
    "ecRB8wVcNzzanGiElr7sXHPRRTlLmnhQUvxdt2cbVLo7bsJjlI+quqgXAsfoLoHiT3DE9U"
    "JM/1LMkybVRePsv0fdJ2p5Es+vp/xkNkKQ=="
)
