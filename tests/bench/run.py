"""`python tests/bench/run.py`: the benchmark. See README.md beside it."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
runpy.run_module("bench.driver", run_name="__main__")
