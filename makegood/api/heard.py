"""POST /scores and /behaviour: what other systems know of how customers answered, and of what they did."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from ninja import Router, Schema

from makegood.api.caller import ApiRequest
from makegood.api.door import told
from makegood.api.facts import RejectOut, batch_of, check_batch
from makegood.api.wire import BEHAVIOUR, MOST_HEARD, SCORES
from makegood.measurement.actions import Heard, take_behaviour, take_scores
from makegood.promises.actions import FactReject

router = Router(tags=["measurement"])


class HeardOut(Schema):
    """What became of a batch: each is `accepted` (it told something new), `unchanged` or `rejected`."""

    accepted: int
    unchanged: int
    rejected: int
    rejects: list[RejectOut]


@router.post(
    "/scores", response=HeardOut, openapi_extra=batch_of("WireScore", MOST_HEARD), summary="Tell what customers scored"
)
def post_scores(request: ApiRequest) -> HttpResponse:
    """Take in up to 1,000 answers on a scale: a JSON array, or one on each line. Twice is once."""
    check_batch(request)
    wired = SCORES.read(request.body)
    heard = take_scores(wired.items, by=request.caller.by, now=request.now)
    return _receipt(heard, wired.all_rejects(heard.rejected))


@router.post(
    "/behaviour", response=HeardOut, openapi_extra=batch_of("WireDeed", MOST_HEARD), summary="Tell what customers did"
)
def post_behaviour(request: ApiRequest) -> HttpResponse:
    """Take in up to 1,000 things that customers did: a JSON array, or one on each line. Twice is once."""
    check_batch(request)
    wired = BEHAVIOUR.read(request.body)
    heard = take_behaviour(wired.items, by=request.caller.by, now=request.now)
    return _receipt(heard, wired.all_rejects(heard.rejected))


def _receipt(heard: Heard, rejects: Sequence[FactReject]) -> HttpResponse:
    return told(
        {
            "accepted": heard.accepted, "unchanged": heard.unchanged, "rejected": len(rejects),
            "rejects": [{"index": one.index, "code": one.code, "message": one.message} for one in rejects],
        }
    )  # fmt: skip
