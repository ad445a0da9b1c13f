"""The customer's page from the desk and by the API: making links, seeing what the customer sees, taking links back."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from makegood.cases import actions as cases
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.links.models import Link
from tests.doors.api_client import Api
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast
from tests.rooms.casework import Hand, cast, mara

__all__ = ["cast", "dana", "mara", "number"]
pytestmark = pytest.mark.django_db


def test_a_link_is_made_shown_once_and_opens_the_page(number: int, cast: Cast) -> None:
    desk, url = AtDesk(cast.mara), f"/cases/SR-{number}/page/"
    assert "Dana’s page" in text(desk.get(f"/cases/SR-{number}/"))
    assert "Dana has no link yet." in text(desk.get(url))
    made = desk.post(f"{url}make/").content.decode()
    (token,) = set(re.findall(r"/p/([\w-]{43})/", made))
    assert token not in desk.get(url).content.decode()
    assert "not opened so far" in text(desk.get(url))
    ByLink(token).get()
    assert "not opened so far" in text(desk.get(url))
    ByLink(token).post("read/")
    assert re.search(r"opened \w{3} \d+ \w{3}", text(desk.get(url)))
    desk.post(f"{url}revoke/")
    assert ByLink(token).get().status_code == 410
    assert "taken back" in text(desk.get(url))


def test_staff_see_exactly_what_the_customer_sees(dana: ByLink, number: int, cast: Cast) -> None:
    theirs, ours = dana.get(), AtDesk(cast.mara).get(f"/cases/SR-{number}/page/preview/")
    assert "Nothing that is pressed here is sent." in text(ours)
    said = "This is what the customer sees. Nothing that is pressed here is sent. "
    assert text(ours).replace(said, "") == text(theirs)
    assert ours.content.decode().count("<fieldset disabled>") == theirs.content.decode().count("<fieldset>") == 6
    assert "unser Versprechen" in text(AtDesk(cast.mara).get(f"/cases/SR-{number}/page/preview/", lang="de"))


def test_a_link_is_handed_over_in_the_customers_language(number: int, cast: Cast) -> None:
    Customer.objects.update(language="de", name="Dana Okafor & Söhne")
    desk, url = AtDesk(cast.mara), f"/cases/SR-{number}/page/"
    desk.post(f"{url}given/", way="email")
    assert not Link.objects.exists()
    made = desk.post(f"{url}make/")
    page = unescape(made.content.decode())
    (token,) = set(re.findall(r"/p/([\w-]{43})/", text(made) + page))
    assert "Ready words (Deutsch)" in text(made)
    assert "Guten Tag Dana Okafor & Söhne, hier ist Mara Silva von Northfield Home." in page
    (mail,) = re.findall(r'href="(mailto:[^"]+)"', page)
    assert mail.startswith("mailto:dana@example.org?subject=Was%20wir%20Ihnen%20versprochen%20haben")
    assert f"%2Fp%2F{token}%2F" in mail or f"/p/{token}/" in mail
    assert re.search(r'href="sms:\+442079460118\?body=Guten', page)
    assert 'aria-label="The link as a QR code, for the camera of a phone"' in page
    desk.post(f"{url}given/", way="carrier pigeon")
    assert Link.objects.get().given_at is None
    desk.post(f"{url}given/", way="person")
    assert "Shown in person" in text(desk.get(url))
    assert "gave the customer the link to their page, in person" in text(desk.get(f"/cases/SR-{number}/"))
    AtDesk(cast.stranger).post(f"{url}given/", way="post")
    assert Link.objects.get().given_by == "person"


def test_by_api_links_are_listed_and_said_to_be_given(number: int, cast: Cast) -> None:
    mara, stranger = Api(staff=cast.mara), Api(staff=cast.stranger)
    assert mara.post(f"/cases/SR-{number}/link/given", {"way": "sms"}).code == "link.none"
    mara.post(f"/cases/SR-{number}/link")
    assert mara.post(f"/cases/SR-{number}/link/given", {"way": "pigeon"}).code == "input.invalid"
    mara.post(f"/cases/SR-{number}/link/given", {"way": "sms"})
    (line,) = mara.get(f"/cases/SR-{number}/links").body["items"]
    assert (line["given_by"], line["opened_at"], line["state"], line["made_by"]) == ("sms", None, "live", "Mara Silva")
    assert "address" not in line
    assert stranger.get(f"/cases/SR-{number}/links").code == "case.unknown"
    assert stranger.post(f"/cases/SR-{number}/link/given", {"way": "sms"}).code == "case.unknown"


def test_a_stranger_sees_and_makes_no_link(dana: ByLink, number: int, cast: Cast) -> None:
    desk = AtDesk(cast.stranger)
    for path in ("", "preview/"):
        assert desk.get(f"/cases/SR-{number}/page/{path}").status_code == 404
    desk.post(f"/cases/SR-{number}/page/make/")
    desk.post(f"/cases/SR-{number}/page/revoke/")
    assert Link.objects.count() == 1
    assert dana.get().status_code == 200
    assert AtDesk(None).get(f"/cases/SR-{number}/page/preview/").status_code == 303


def test_by_api_the_address_is_told_once(number: int, cast: Cast) -> None:
    made = Api(staff=cast.mara).post(f"/cases/SR-{number}/link")
    assert made.status == 201
    (token,) = re.findall(r"/p/([\w-]{43})/$", made.body["address"])
    assert ByLink(token).get().status_code == 200
    assert Api(staff=cast.stranger).post(f"/cases/{number}/link").code == "case.unknown"


def test_the_story_tells_what_the_customer_said(dana: ByLink, number: int, cast: Cast) -> None:
    dana.post("words/", words="I waited all day.")
    dana.post("answer/", answer="more", words="The lamp is scratched.")
    page = AtDesk(cast.mara).get(f"/cases/SR-{number}/")
    shown = text(page)
    assert "Dana Okafor wrote to us on their page I waited all day." in shown
    assert "Dana Okafor answered on their page: wants something more The lamp is scratched." in shown
    assert "<blockquote>I waited all day.</blockquote>" in page.content.decode()
    assert "/undo/" not in page.content.decode().partition("answered on their page")[2].partition("</li>")[0]


def test_what_they_wrote_stands_at_the_head_until_somebody_replies(
    dana: ByLink, number: int, cast: Cast, mara: Hand
) -> None:
    def head() -> str:
        return text(AtDesk(cast.mara).get(f"/cases/SR-{number}/")).partition("What happened")[0]

    dana.post("words/", words="I waited all day. " * 20)
    assert "Dana wrote" in head()
    assert "I waited all day. I waited all day." in head()
    assert "…" in head(), "a long letter begins there, and stands whole in the story"
    cases.record_step(number, step="listen", words="Rang her", **mara.at(datetime.now(UTC)))
    assert "Dana wrote" not in head()


def test_what_more_they_want_stands_there_too_and_a_yes_does_not(
    dana: ByLink, number: int, cast: Cast, mara: Hand
) -> None:
    def head() -> str:
        return text(AtDesk(cast.mara).get(f"/cases/SR-{number}/")).partition("What happened")[0]

    dana.post("answer/", answer="more", words="The lamp is scratched.")
    assert "Dana wrote" in head()
    assert "The lamp is scratched." in head()
    cases.record_step(number, step="listen", words="Rang her", **mara.at(datetime.now(UTC)))
    assert "Dana wrote" not in head()
    followups.ask(number, channel="phone", **mara.at(datetime.now(UTC)))
    followups.answer(number, answer="not_satisfied", words="It still flickers.", **mara.at(datetime.now(UTC)))
    assert "Dana said" in head()
    assert "It still flickers." in head()
    dana.post("answer/", answer="satisfied", words="Now it is fine.")
    assert ("Dana said" in head(), "Dana wrote" in head()) == (False, False)
