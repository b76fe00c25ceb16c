"""A case whose change is applied and undone by aerich's own commands."""

from __future__ import annotations

import asyncio
import os
import subprocess

from support.changes.models import APP
from support.changes.trial import Trial
from support.migrations import ROOT, aerich_program

__all__ = ["AerichTrial"]

PROJECT = """
[tool.aerich]
tortoise_orm = "shop_settings.TORTOISE"
location = "{migrations}"
src_folder = "{folder}"
src = "{folder}"
"""
SETTINGS = f"""
import os
from twofold.database import tortoise_config
TORTOISE = tortoise_config(os.environ["TWOFOLD_DATABASE_URL"], {{"{APP}": ["aerich.models"]}}, 1)
"""


class AerichTrial(Trial):
    """The database is at `url`."""

    url: str

    async def up(self) -> None:
        """Applies the change."""
        await self._aerich("upgrade")

    async def down(self) -> None:
        """Undoes the change."""
        await self._aerich("downgrade", "--yes")

    async def _aerich(self, *arguments: str) -> None:
        folder = self.folder.parent
        (folder / "pyproject.toml").write_text(PROJECT.format(migrations=self.folder, folder=folder))
        (folder / "shop_settings.py").write_text(SETTINGS)
        command = [aerich_program(), "--config", str(folder / "pyproject.toml"), "--app", APP, *arguments]
        paths = [str(folder), str(ROOT / "service"), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {"TWOFOLD_DATABASE_URL": self.url, "PYTHONPATH": os.pathsep.join(paths)}
        result = await asyncio.to_thread(
            subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
        assert "Success" in result.stdout, result.stdout + result.stderr
