"""The organisation's own scenes: drafts, what is published, what was withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from makegood.kernel.refusals import missing
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.rules.scene_file import scene_of
from makegood.practice.rules.scene_form import tree_of, value
from makegood.practice.rules.values import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSceneFacts:
    """A scene of the organisation. `state` is draft, published or withdrawn; `changed` says that the draft is not what
    is played; `case` is the number of the one it was drafted from, if it was."""

    slug: str
    name: str
    text: str
    edit: int
    version: int
    state: str
    changed: bool
    saved_at: datetime
    saved_by: str
    case: int | None


_OWN = """
SELECT o.slug, o.text, o.edit, o.version, o.withdrawn_at, o.saved_at, o.saved_by, v.text, o.case_id
FROM practice_ownscene o LEFT JOIN practice_sceneversion v ON v.scene_id = o.id AND v.number = o.version
"""


def own_scenes(scope: Scope) -> tuple[OwnSceneFacts, ...]:
    """All of them, the one saved last first. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.SET_SCENES)
    return tuple(_facts(row) for row in fetch_rows(f"{_OWN} ORDER BY o.saved_at DESC, o.id DESC", {}))


def own_scene(scope: Scope, slug: str) -> OwnSceneFacts:
    """One of them. Raises Refusal "people.not_allowed", "practice.no_scene"."""
    require_scope(scope, Ability.SET_SCENES)
    found = fetch_rows(f"{_OWN} WHERE o.slug = %(slug)s", {"slug": slug})
    if not found:
        raise missing("practice.no_scene", f"The organisation has no scene {slug!r} of its own.")
    return _facts(found[0])


def _facts(row: tuple[Any, ...]) -> OwnSceneFacts:
    slug, text, edit, version, withdrawn_at, saved_at, saved_by, played, case = row
    return OwnSceneFacts(
        slug=slug, name=value(tree_of(text) or {}, "name") or slug, text=text, edit=edit, version=version,
        state="draft" if not version else "withdrawn" if withdrawn_at else "published",
        changed=bool(version) and text != played, saved_at=saved_at, saved_by=saved_by, case=case,
    )  # fmt: skip


def is_withdrawn(slug: str) -> bool:
    """Whether this is a scene of the organisation that nobody begins any more."""
    asked = "SELECT 1 FROM practice_ownscene WHERE slug = %(slug)s AND withdrawn_at IS NOT NULL"
    return bool(fetch_rows(asked, {"slug": slug}))


_PLAYED = """
SELECT o.slug, v.text FROM practice_ownscene o
JOIN practice_sceneversion v ON v.scene_id = o.id AND v.number = o.version
WHERE CASE WHEN %(slug)s = '' THEN o.withdrawn_at IS NULL ELSE o.slug = %(slug)s END ORDER BY o.slug
"""


def published_before(at: datetime) -> tuple[Scene, ...]:
    """The organisation's scenes that are played and were published for the first time before an instant (aware UTC)."""
    return tuple(scene_of(text) for (text,) in fetch_rows(_PLAYED_SINCE, {"at": at}))


_PLAYED_SINCE = """
SELECT v.text FROM practice_ownscene o
JOIN practice_sceneversion v ON v.scene_id = o.id AND v.number = o.version
JOIN practice_sceneversion f ON f.scene_id = o.id AND f.number = 1
WHERE o.withdrawn_at IS NULL AND f.published_at < %(at)s ORDER BY o.slug
"""


def published(slug: str = "") -> tuple[tuple[Scene, str], ...]:
    """The organisation's scenes that are played, or one of them, even when it was withdrawn; each with its text."""
    return tuple((scene_of(text), text) for _slug, text in fetch_rows(_PLAYED, {"slug": slug}))
