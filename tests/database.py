"""A PostgreSQL of the test run's own, in a throwaway folder. Loaded as a plugin (`-p tests.database`):
Django's settings read the environment before any conftest does."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from makegood.platform import postgres

OWN = "MAKEGOOD_TEST_HOME"
_is_controller = OWN not in os.environ
if _is_controller:
    # Not below the home of whoever runs the tests: PostgreSQL runs as a user of its own when that is root.
    os.environ[OWN] = tempfile.mkdtemp(prefix="makegood-test-", dir="/var/tmp")
    Path(os.environ[OWN]).chmod(0o755)
os.environ["MAKEGOOD_HOME"] = os.environ[OWN]
# Every worker of the tests is a web server of its own, which counts by itself who tried to sign in.
os.environ["MAKEGOOD_WEB_PROCESSES"] = "1"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("MAKEGOOD_BIND", None)


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, in the process that starts the workers."""
    if _is_controller and not config.option.collectonly:
        postgres.start(Path(os.environ[OWN]))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it and take the folder away."""
    if _is_controller:
        postgres.stop(Path(os.environ[OWN]))
        shutil.rmtree(os.environ[OWN], ignore_errors=True)
