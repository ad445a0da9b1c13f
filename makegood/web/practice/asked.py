"""What is assigned, as a line of a page."""

from __future__ import annotations

from typing import Any

from django.utils import dateformat

from makegood.practice.queries import Assigned
from makegood.practice.rules.passing import Stage
from makegood.web import clocks
from makegood.web.days import today
from makegood.web.desk import Desk
from makegood.web.practice.words import role_word, stage_word


def assigned_line(one: Assigned, desk: Desk) -> dict[str, Any]:
    """What is assigned, as a line: what, by when, how far."""
    over = not one.is_done and one.due_on < today(desk.now, desk.organisation.zone)
    return {
        "id": one.id, "scene": one.scene, "name": one.name, "url": f"/practice/{one.scene}/",
        "role": role_word(one.role), "second": one.second, "due": dateformat.format(one.due_on, "D j M"), "over": over,
        "why": one.why, "by": one.by_name, "stage": stage_word(one.stage), "key": one.stage.value,
        "last": clocks.moment(one.last_at, desk.now) if one.last_at else "",
        "run_url": f"/practice/runs/{one.last_run}/" if one.last_run else "",
        "open_url": f"/practice/runs/{one.open_run}/#f-text" if one.open_run else "",
        "stands": one.stage is not Stage.PASSED, "field": f"reason-{one.id}",
    }  # fmt: skip
