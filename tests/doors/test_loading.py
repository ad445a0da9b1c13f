"""What the supervisor loads before it forks the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOADED = """
import gc, sys, threading
from django.db import connection
from makegood.config.installed import environment
from makegood.config.loading import load_doors

load_doors(environment())
assert threading.active_count() == 1, threading.enumerate()
assert connection.connection is None
assert gc.isenabled() and gc.get_freeze_count() > 100_000
for name in ("makegood.web.urls", "makegood.api.urls", "makegood.portal.urls", "makegood.worker.loop"):
    assert name in sys.modules, name
"""


def test_loading_leaves_nothing_that_a_fork_would_break(tmp_path: Path) -> None:
    """No thread and no connection: there is no database here that could be asked."""
    where = {"MAKEGOOD_HOME": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run([sys.executable, "-c", LOADED], env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
