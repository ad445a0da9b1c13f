"""One option that gives several things: in the playbook's page, the picker, the offer, the customer's page, the API."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM
from makegood.links import actions as links
from makegood.remedies import actions
from makegood.remedies.models import Grant, Offer
from makegood.remedies.queries import grants_of
from makegood.remedies.rules.playbooks_file import playbook_from
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text, toast
from tests.doors.test_web_remedies import PLAYBOOK, button, cast, pick, url
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand

__all__ = ["cast", "url"]
pytestmark = pytest.mark.django_db

BUNDLE = (
    PLAYBOOK
    + """      - option: tonight-fee
        remedy: re_performance
        title: {en: Bring it tonight, de: Heute bringen}
        words: It comes by {by}.
        cost: 80
        who: agent
        commits: {promise: delivery, within: 6 h}
        also:
          - remedy: refund
            title: {en: The delivery fee back, de: Liefergebühr zurück}
            words: You get {amount} back.
            cost: 5%
"""
)


@pytest.fixture(autouse=True)
def _playbook(cast: Cast) -> None:
    actions.save_playbook(playbook_from(BUNDLE), source=BUNDLE, by=SYSTEM, now=NOW)


def test_the_picker_sums_it_and_one_press_gives_each_its_own_promise(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    shown = mara.beside(url, "remedies")
    assert "Bring it tonight + The delivery fee back £184" in text(shown)

    reckoned = mara.press(f"{url}reckon/", **pick("tonight-fee", "bed"))
    assert "£224 of £250" in text(reckoned)
    assert button(reckoned) == "Make this promise to Dana"
    assert "Promised: Bring it tonight + The delivery fee back" in toast(mara.press(url, **pick("tonight-fee")))

    first, second = grants_of(Case.objects.get().pk)
    assert (first.title, first.correction, first.words[:11]) == ("Bring it tonight", 80, "It comes by")
    assert (second.title, second.goodwill, second.words) == (
        "The delivery fee back", 104, "You get £104.00 back.",
    )  # fmt: skip
    assert second.part_of_id == first.id


def test_what_it_costs_is_asked_for_each_part_that_nobody_could_price(cast: Cast, url: str) -> None:
    Case.objects.get().failures.update(promise=None)
    mara, key = AtDesk(cast.mara), "amount-furniture/late/tonight-fee/1"
    shown = mara.beside(url, "remedies").content.decode()
    assert f'name="{key}"' in shown
    assert "What it costs: The delivery fee back" in shown
    assert "not an amount" in text(mara.press(f"{url}reckon/", **pick("tonight-fee", **{key: "x"})))
    mara.press(url, **pick("tonight-fee", **{key: "20"}))
    assert [one.total for one in grants_of(Case.objects.get().pk)] == [80, 20]


def test_over_ones_limit_all_of_it_is_asked_about_at_once(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    assert "Ask Lena to approve £269" in text(mara.press(f"{url}reckon/", **pick("tonight-fee", "tonight")))
    mara.press(url, **pick("tonight-fee", "tonight"))
    asked = Grant.objects.order_by("id").values_list("title", "state")
    assert [state for _title, state in asked] == ["asked"] * 3
    question = text(AtDesk(cast.lena).get(f"/approvals/{Grant.objects.latest('pk').approval_id}/"))
    assert "Approve £269?" in question


def test_the_customer_chooses_it_whole_and_sees_the_words_of_each(cast: Cast, url: str, client: Client) -> None:
    mara, number = AtDesk(cast.mara), Case.objects.get().pk
    shown = text(mara.press(f"{url}reckon/", **pick("tonight-fee", "tenth")))
    assert "They get the first: Bring it tonight + The delivery fee back" in shown
    assert "Let Dana choose" in shown
    mara.post(url, **pick("tonight-fee", "tenth"), deed="let_choose")
    beside = text(mara.beside(url, "remedies"))
    assert "Bring it tonight + The delivery fee back £184" in beside

    token = links.make_link(number, **Hand(cast.mara).at(datetime.now(UTC)))
    page = text(client.get(f"/p/{token}/"))
    assert "Bring it tonight + The delivery fee back It comes by" in page
    assert "You get £104.00 back." in page
    assert "£80" not in page

    offer = Offer.objects.get()
    client.post(f"/p/{token}/remedy/", {"offer": offer.pk, "option": offer.options.order_by("id")[0].pk})
    assert [one.title for one in grants_of(number)] == ["Bring it tonight", "The delivery fee back"]
    assert "You chose: Bring it tonight + The delivery fee back" in text(client.get(f"/p/{token}/"))


def test_the_playbook_shows_it_and_its_text_keeps_it(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    shown = text(greta.get("/settings/playbooks/furniture/"))
    assert "The delivery fee back , 5% of the value · refund" in shown
    assert "also:" in greta.get("/settings/playbooks/furniture/download/").content.decode()
    tried = text(greta.get("/settings/playbooks/try/?book=furniture&promise=delivery&value=100"))
    assert "Bring it tonight + The delivery fee back £85" in tried


def test_by_api_the_option_says_its_parts_and_a_choice_takes_them(cast: Cast, url: str) -> None:
    path, mara = f"/cases/SR-{Case.objects.get().pk}", Api(staff=cast.mara)
    (option,) = [one for one in mara.get(f"{path}/options").body["options"] if one["option"] == "tonight-fee"]
    (fee,) = option["also"]
    assert (option["title"], option["amount"], fee["title"], Decimal(fee["amount"])) == (
        "Bring it tonight", "80.00", "The delivery fee back", 104,
    )  # fmt: skip
    part = {name: fee[name] for name in ("remedy", "title", "words", "amount", "due_at")}
    whole = {name: option[name] for name in (*part, "playbook", "rule", "option")} | {"also": [part]}
    other = part | {"title": "The fee alone"}
    offered = mara.post(
        f"{path}/offers", {"choices": [whole, other], "until": datetime.now(UTC).isoformat(), "currency": "GBP"}
    )
    assert offered.code == "offer.bad_until"
    assert Api(staff=cast.stranger).post(f"{path}/grants", {"choices": [whole]}).code == "case.unknown"

    made = mara.post(f"{path}/grants", {"choices": [whole]}).body["items"]
    assert [(one["title"], one["part_of"]) for one in made] == [
        ("Bring it tonight", None), ("The delivery fee back", made[0]["id"]),
    ]  # fmt: skip
    assert mara.post(f"{path}/grants", {"choices": [whole | {"also": [part] * 6}]}).code == "input.invalid"
