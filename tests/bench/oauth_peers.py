"""`python tests/bench/oauth_peers.py`: tokens a second, beside other authorization servers. See README.md beside it."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
runpy.run_module("bench.peers", run_name="__main__")
