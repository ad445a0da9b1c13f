"""What only reports need is not loaded by what runs all day: the statistics take about 100 MiB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy", "scipy", "pandas", "statsmodels")
STARTS = {
    "run": "from makegood.config.installed import environment\n"
    "from makegood.config.loading import load_doors\nload_doors(environment())",
    "worker": "import django\ndjango.setup()\nimport pkgutil, importlib, makegood.worker as worker\n"
    "for part in pkgutil.iter_modules(worker.__path__): importlib.import_module(f'makegood.worker.{part.name}')",
    "command": "import makegood.config.cli",
}


@pytest.mark.parametrize("process", STARTS)
def test_starting_loads_no_statistics(process: str, tmp_path: Path) -> None:
    code = f"import sys\n{STARTS[process]}\nprint([name for name in {HEAVY} if name in sys.modules])"
    settings = {"MAKEGOOD_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "makegood.config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
