"""What rows say, with the versions it was found by. Needs no installation: a download is computed again by this."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from msgspec.structs import replace

from makegood.measurement.findings import Found, Plan
from makegood.measurement.rules.groups import Rows
from makegood.measurement.rules.paradox import Progress, report

CODE = "makegood.measurement.rules.paradox.report"


def found_of(rows: Rows, plan: Plan, *, progress: Progress = lambda _what, _share: None) -> Found:
    """What these rows say, with the versions it was found by."""
    return replace(report(rows, plan, progress=progress), versions=versions(), code=CODE)


def versions() -> dict[str, str]:
    """What it was computed with."""
    return {"python": platform.python_version()} | {
        name: _version(name) for name in ("makegood", "numpy", "scipy", "statsmodels")
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
