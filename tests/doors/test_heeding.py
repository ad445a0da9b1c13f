"""Words that say it will be better in future are warned about wherever they are written to a customer: what is given,
offered, taken back and promised, at the desk and by API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case
from makegood.remedies.models import Grant, Offer
from makegood.remedies.rules.plan import promised_better
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, toast
from tests.doors.test_web_remedies import cast, pick, url
from tests.factories import Cast

__all__ = ["cast", "url"]
pytestmark = pytest.mark.django_db

BETTER = "It will not happen again"
CODES = ["plan.promises_improvement"]


def soon(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def told(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["code"] for one in answer["warnings"]]


def test_the_desk_warns_about_what_is_given_offered_taken_back_and_promised(cast: Cast, url: str) -> None:
    mara, warned = AtDesk(cast.mara), promised_better([BETTER])[0].sentence
    other = {"other": BETTER, "when": "in 9 hours", "other_kind": "gesture"}
    assert warned in toast(mara.press(url, **other))
    assert Grant.objects.get().title == BETTER, "it stops nothing"
    assert warned in toast(mara.press(url, **other, other_amount="999"))
    made = mara.press(url, **pick("bed", "tenth"), deed="let_choose", to_them=f"{BETTER}.")
    assert "It stands on their page" in toast(made)
    assert warned in toast(made)
    back = f"{url.removesuffix('remedies/')}offers/{Offer.objects.get().pk}/withdraw/"
    assert warned in toast(mara.press(back, words=f"{BETTER}."))
    new = {"who": "Dana Okafor", "what": BETTER, "when": "in 2 hours", "kind": "callback"}
    assert warned in toast(mara.press("/promises/new/", **new))
    assert warned not in toast(mara.press("/promises/new/", **new | {"what": "Ring back"}))


def test_the_api_warns_by_the_same_rule(cast: Cast, url: str) -> None:
    mara, path = Api(staff=cast.mara), f"/cases/SR-{Case.objects.get().pk}"
    bare = {"remedy": "gesture", "title": "Flowers", "due_at": soon(9)}
    better = bare | {"title": "A call", "words": f"{BETTER}."}
    dear = better | {"title": "A better call", "amount": "900"}
    assert told(mara.post(f"{path}/grants", {"choices": [bare]}).body) == []
    assert told(mara.post(f"{path}/grants", {"choices": [bare | {"also": [better]}]}).body) == CODES
    offer = {"choices": [bare, bare | {"title": "Cake"}], "until": soon(2)}
    made = mara.post(f"{path}/offers", offer | {"words": BETTER}).body
    assert told(made) == CODES
    assert told(mara.post(f"/offers/{made['id']}/withdraw", {"words": BETTER}).body) == CODES
    assert told(mara.post(f"{path}/approvals", {"choices": [dear]}).body) == CODES

    promise = {"customer": {"key": "C-7"}, "kind": "callback", "title": BETTER, "when": "in 2 hours"}
    new = mara.post("/promises", promise).body
    assert told(new) == CODES
    assert told(mara.post(f"/promises/{new['id']}/replace", {"title": "Ring", "when": "in 3 hours"}).body) == []
