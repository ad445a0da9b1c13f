"""Saved views: filtered lists with a name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from makegood.journal.actions import record
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.people.actions.finding import clean_name, is_oneself
from makegood.people.models import SavedView
from makegood.people.queries import require
from makegood.people.rules import Ability

PATH_LIMIT, QUERY_LIMIT = 40, 500


@transaction.atomic
def save_view(name: str, path: str, query: str, *, by: Actor, now: datetime) -> str:
    """Name a list: the page at `path` with its `query`. The maker's own view of that name is changed.

    Returns its slug. Raises Refusal("view.no_maker"), ("view.bad_address"), ("people.bad_name").
    """
    if by.kind != ActorKind.STAFF or by.id is None:
        raise forbidden("view.no_maker", "Only a member of staff can save a view.")
    name = clean_name(name, limit=80, what="the view")
    _check_address(path, query)
    view = SavedView.objects.select_for_update().filter(made_by_id=by.id, name=name).first()
    if view is None:
        view = SavedView(slug=_free_slug(name), name=name, made_by_id=by.id)
    view.path, view.query = path, query
    view.save()
    record("view.saved", by=by, at=now, subject=("view", view.pk), data={"name": name})
    return view.slug


@transaction.atomic
def rename_view(slug: str, name: str, *, by: Actor, now: datetime) -> None:
    """Give a view another name: one's own, or any for an administrator. Its address stays, as people pass it on.

    Raises Refusal("view.unknown"), ("view.name_taken"), ("people.bad_name"), ("people.not_allowed").
    """
    view = _changeable(slug, by)
    name, old = clean_name(name, limit=80, what="the view"), view.name
    if name == old:
        return
    if SavedView.objects.filter(made_by=view.made_by_id, name=name).exists():
        raise Refusal(
            "view.name_taken", "There is a view of that name already. Choose another, or remove that one.",
            status=409, field="name",
        )  # fmt: skip
    view.name = name
    view.save(update_fields=["name"])
    record("view.renamed", by=by, at=now, subject=("view", view.pk), data={"name": name, "before": old})


@transaction.atomic
def remove_view(slug: str, *, by: Actor, now: datetime) -> None:
    """Take a view away: one's own, or any for an administrator.

    Raises Refusal("view.unknown"), ("people.not_allowed").
    """
    view = _changeable(slug, by)
    record("view.removed", by=by, at=now, subject=("view", view.pk), data={"name": view.name})
    view.delete()


def _changeable(slug: str, by: Actor) -> SavedView:
    """The view, locked, for its maker and for those who administer."""
    view = SavedView.objects.select_for_update().filter(slug=slug).first()
    if view is None:
        raise missing("view.unknown", "There is no saved view of that name. It may have been removed.")
    if not is_oneself(by, view.made_by_id):
        require(by, Ability.ADMINISTER)
    return view


def _check_address(path: str, query: str) -> None:
    """A view opens a page of this desk, never another site."""
    local = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    if not local or len(path) > PATH_LIMIT or len(query) > QUERY_LIMIT or not query.isprintable():
        raise invalid("view.bad_address", "This page cannot be saved as a view. Save a list with fewer filters.")


def _free_slug(name: str) -> str:
    stem = slugify(name, allow_unicode=False)[:70] or "view"
    taken = set(SavedView.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = next(count for count in range(1, len(taken) + 2) if _numbered(stem, count) not in taken)
    return _numbered(stem, number)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"
