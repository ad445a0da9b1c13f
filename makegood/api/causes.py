"""The tree of causes: read by everybody, written by the organisation that owns it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import refuse_unknown
from makegood.cases import actions
from makegood.cases.causes import FUNCTION_LIMIT, NAME_LIMIT, CauseSaid, Controllability, Stability
from makegood.cases.queries import CauseFacts, cause_named, causes

router = Router(tags=["causes"])


class CauseOut(Schema):
    """Why promises break; `parent` is null at the top of the tree. What a cause does not say itself is that of the one
    above; null when neither says it. One that is `retired` is offered no more."""

    slug: str
    name: str
    parent: str | None
    controllability: Controllability | None
    stability: Stability | None
    function: str
    retired: bool


class CausesOut(Schema):
    """The tree of causes, parents before their children."""

    items: list[CauseOut]
    next: None


class CausesQuery(Schema):
    """With `retired` those that are offered no more, too."""

    retired: bool = False


class CauseSaidIn(StaffIn):
    """What is said of a cause; what is left empty is that of the one above."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_LIMIT)]
    parent: Annotated[str, Field(max_length=60)] = ""
    controllability: Controllability | Literal[""] = ""
    stability: Stability | Literal[""] = ""
    function: Annotated[str, Field(max_length=FUNCTION_LIMIT)] = ""

    def said(self) -> CauseSaid:
        """The same, for the room."""
        return CauseSaid(
            name=self.name, parent=self.parent, controllability=self.controllability, stability=self.stability,
            function=self.function,
        )  # fmt: skip


class MoveIn(StaffIn):
    """Whether it goes before the one before it, or after the one after it."""

    up: bool


@router.get("/causes", response=CausesOut, summary="List causes")
def list_causes(request: ApiRequest, query: Query[CausesQuery]) -> HttpResponse:
    """The tree of causes. None of them is a person."""
    refuse_unknown(request.GET, CausesQuery)
    return told({"items": [_out(one) for one in causes(retired=query.retired)], "next": None})


@router.post("/causes", response={201: CauseOut}, summary="Add a cause")
def add_cause(request: ApiRequest, body: CauseSaidIn) -> HttpResponse:
    """A new cause, at the end of those beside it. Managers and administrators."""
    slug = actions.save_cause(body.said(), by=acting(request, body.staff).by, now=request.now)
    return told(_out(cause_named(slug)), status=201)


@router.post("/causes/{slug}", response=CauseOut, summary="Change a cause")
def change_cause(request: ApiRequest, slug: str, body: CauseSaidIn) -> HttpResponse:
    """What is said of it from now on; a new name is that of past cases too."""
    actions.save_cause(body.said(), slug=slug, by=acting(request, body.staff).by, now=request.now)
    return told(_out(cause_named(slug)))


@router.post("/causes/{slug}/retire", response=CauseOut, summary="Retire a cause")
def retire_cause(request: ApiRequest, slug: str, body: StaffIn | None = None) -> HttpResponse:
    """It is offered no more; cases that have it keep it."""
    actions.retire_cause(slug, by=acting(request, body.staff if body else None).by, now=request.now)
    return told(_out(cause_named(slug)))


@router.post("/causes/{slug}/restore", response=CauseOut, summary="Offer a cause again")
def restore_cause(request: ApiRequest, slug: str, body: StaffIn | None = None) -> HttpResponse:
    """It is offered again."""
    actions.restore_cause(slug, by=acting(request, body.staff if body else None).by, now=request.now)
    return told(_out(cause_named(slug)))


@router.post("/causes/{slug}/move", response=CausesOut, summary="Move a cause")
def move_cause(request: ApiRequest, slug: str, body: MoveIn) -> HttpResponse:
    """It changes places with its neighbour in the list."""
    actions.move_cause(slug, up=body.up, by=acting(request, body.staff).by, now=request.now)
    return told({"items": [_out(one) for one in causes()], "next": None})


def _out(one: CauseFacts) -> dict[str, Any]:
    same = ("slug", "name", "controllability", "stability", "function", "retired")
    return {name: getattr(one, name) for name in same} | {"parent": one.parent or None}
