"""`python tests/bench/cached.py`: answers that are kept, beside constant bytes. See README.md beside it."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
runpy.run_module("bench.hits", run_name="__main__")
