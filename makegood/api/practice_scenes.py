"""Scenes of the organisation: drafts with what they lack, publishing, withdrawing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import refuse_unknown
from makegood.api.practice import PracticeQuery
from makegood.practice.actions import draft_from_case, publish_scene, save_scene, withdraw_scene
from makegood.practice.queries import OwnSceneFacts, own_scene, own_scenes
from makegood.practice.rules.scene_form import MOST_LETTERS, faults

router = Router(tags=["practice"])


class OwnSceneLineOut(Schema):
    """A scene of the organisation: its `state` is draft, published or withdrawn; `version` is the one that was
    published last, 0 before the first; `changed` says that the draft is not what is played; `case` is the number of
    the one it was drafted from, null for none."""

    scene: str
    name: str
    state: str
    version: int
    changed: bool
    edit: int
    saved_at: datetime
    saved_by: str
    case: int | None


class OwnScenesOut(Schema):
    """The organisation's scenes, the one saved last first."""

    items: list[OwnSceneLineOut]


class OwnSceneOut(OwnSceneLineOut):
    """One of them with its YAML, and every fault that stands between it and being played."""

    text: str
    faults: list[str]


class OwnSceneIn(StaffIn):
    """The YAML of a draft. `based_on` is the `edit` that was read, 0 for a new one;
    null saves over whatever is there."""

    text: Annotated[str, Field(max_length=MOST_LETTERS)]
    based_on: int | None = None


@router.get("/practice/own-scenes", response=OwnScenesOut, summary="The organisation's own scenes")
def list_own(request: ApiRequest, query: Query[PracticeQuery]) -> HttpResponse:
    """Drafts, published and withdrawn ones; for managers and administrators."""
    refuse_unknown(request.GET, PracticeQuery)
    return told({"items": [_line(one) for one in own_scenes(acting(request, query.staff).scope)]})


class OwnSceneFromCaseIn(StaffIn):
    """The number of a `case`, and the `name` of the scene to draft from it."""

    case: Annotated[int, Field(ge=1, le=10**12)]
    name: Annotated[str, Field(max_length=200)]


@router.post("/practice/own-scenes", response={201: OwnSceneOut}, summary="Draft a scene from a case")
def draft_own(request: ApiRequest, body: OwnSceneFromCaseIn) -> HttpResponse:
    """With nobody in it by whom somebody of the case could be known; it can be played as it stands."""
    doer = acting(request, body.staff)
    scene = draft_from_case(body.case, name=body.name, scope=doer.scope, by=doer.by, now=request.now)
    return told(_whole(own_scene(doer.scope, scene)), status=201)


@router.get("/practice/own-scenes/{scene}", response=OwnSceneOut, summary="One of them, with its faults")
def read_own(request: ApiRequest, scene: str, query: Query[PracticeQuery]) -> HttpResponse:
    """Its text as it was saved last."""
    refuse_unknown(request.GET, PracticeQuery)
    return told(_whole(own_scene(acting(request, query.staff).scope, scene)))


@router.post("/practice/own-scenes/{scene}", response=OwnSceneOut, summary="Keep a draft")
def save_own(request: ApiRequest, scene: str, body: OwnSceneIn) -> HttpResponse:
    """With faults or without; the answer names them."""
    doer = acting(request, body.staff)
    save_scene(scene, body.text, based_on=body.based_on, by=doer.by, now=request.now)
    return told(_whole(own_scene(doer.scope, scene)))


@router.post("/practice/own-scenes/{scene}/publish", response=OwnSceneOut, summary="Publish the draft")
def publish_own(request: ApiRequest, scene: str, body: StaffIn) -> HttpResponse:
    """As the next version; refused while there are faults."""
    doer = acting(request, body.staff)
    publish_scene(scene, by=doer.by, now=request.now)
    return told(_whole(own_scene(doer.scope, scene)))


@router.post("/practice/own-scenes/{scene}/withdraw", response=OwnSceneOut, summary="Let nobody begin it any more")
def withdraw_own(request: ApiRequest, scene: str, body: StaffIn) -> HttpResponse:
    """What was played of it stays."""
    doer = acting(request, body.staff)
    withdraw_scene(scene, by=doer.by, now=request.now)
    return told(_whole(own_scene(doer.scope, scene)))


def _line(one: OwnSceneFacts) -> dict[str, Any]:
    return {
        "scene": one.slug, "name": one.name, "state": one.state, "version": one.version, "changed": one.changed,
        "edit": one.edit, "saved_at": one.saved_at, "saved_by": one.saved_by, "case": one.case,
    }  # fmt: skip


def _whole(one: OwnSceneFacts) -> dict[str, Any]:
    return _line(one) | {"text": one.text, "faults": [fault.sentence for fault in faults(one.text)]}
