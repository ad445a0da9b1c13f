"""POST /facts: many facts in one request, past everything that costs time for each."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest
from makegood.api.door import JSON
from makegood.api.wire import FACTS, MOST
from makegood.intake.actions import Taken, take_in
from makegood.kernel.refusals import Refusal
from makegood.platform.http import media_type
from makegood.promises.actions import FactReject

router = Router(tags=["facts"])

_TYPES = frozenset({JSON, "application/x-ndjson", "application/ndjson", "application/jsonl", "text/plain", ""})


class RejectOut(Schema):
    """A fact that was not taken; `index` counts from 0."""

    index: int
    code: str
    message: str


class ReceiptOut(Schema):
    """What became of a batch.

    Every fact is `accepted` (it told something new), `unchanged` (it told nothing new) or `rejected`. `held`
    of the accepted wait until it is told to whom, what and by when. `cases` were opened.
    """

    accepted: int
    unchanged: int
    rejected: int
    held: int
    cases: int
    rejects: list[RejectOut]


def batch_of(schema: str, most: int) -> dict[str, Any]:
    """What a request with a batch of these holds, for the description of the API."""
    one = {"$ref": f"#/components/schemas/{schema}"}
    content = {
        JSON: {"schema": {"type": "array", "items": one, "maxItems": most}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "One on each line."}},
    }
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/facts", response=ReceiptOut, openapi_extra=batch_of("WireFact", MOST), summary="Tell facts about promises"
)
def post_facts(request: ApiRequest) -> HttpResponse:
    """Take in up to 5,000 facts: a JSON array, or one on each line. Twice or in any order ends the same."""
    check_batch(request)
    wired = FACTS.read(request.body)
    taken = take_in(wired.items, by=request.caller.by, now=request.now, proof=request.proof)
    return HttpResponse(_told(taken, wired.all_rejects(taken.receipt.rejected)), content_type=JSON)


def check_batch(request: ApiRequest) -> None:
    """Refuse what does not say that it is a batch. Raises Refusal "http.not_json"."""
    if media_type(request) not in _TYPES:
        raise Refusal(
            "http.not_json",
            f"Send JSON and say so: Content-Type: {JSON}, or application/x-ndjson for one on each line.",
            status=415,
        )


def _told(taken: Taken, rejects: list[FactReject]) -> bytes:
    receipt = taken.receipt
    return msgspec.json.encode(
        {
            "accepted": receipt.accepted,
            "unchanged": receipt.unchanged,
            "rejected": len(rejects),
            "held": receipt.held,
            "cases": taken.cases,
            "rejects": rejects,
        }
    )
