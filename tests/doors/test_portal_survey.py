"""The survey's page: no account, no script, a GET changes nothing, an answer counts once."""

from __future__ import annotations

import pytest
from django.test import Client

from makegood.journal.models import Entry
from makegood.links.rules import LIMITS, Tried
from makegood.measurement.asking import ITEMS
from makegood.measurement.models import LeftInPeace, Score, Survey
from makegood.platform.installation import set_up
from tests.doors.customer_client import number
from tests.doors.survey_client import BySurvey, was_asked
from tests.factories import make_customer
from tests.rooms.casework import cast, mara

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara", "number"]


@pytest.fixture
def pulse(cast) -> Survey:
    set_up(name="Northfield Home", time_zone="Europe/London", currency="GBP")
    return was_asked(make_customer("Dana Okafor"))


def test_fetching_it_changes_nothing_however_often(pulse) -> None:
    before = (list(Survey.objects.values()), Entry.objects.count())
    guest = BySurvey(pulse)
    for path in ("", "answer/", "skip/", "peace/"):
        assert guest.client.get(guest.url + path, follow=True).status_code == 200
        assert guest.client.head(guest.url + path).status_code in (200, 302)
    assert (list(Survey.objects.values()), Entry.objects.count()) == before
    page = guest.get()
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert not page.cookies


def test_an_answer_counts_once(pulse) -> None:
    guest = BySurvey(pulse)
    assert guest.post("answer/", csat="4", words="Fine").status_code == 303
    assert "Thank you." in guest.get().content.decode()
    guest.post("answer/", csat="1")
    assert [str(one.value) for one in Score.objects.all()] == ["4.00"]


def test_without_a_mark_it_says_so_and_keeps_the_words(pulse) -> None:
    answer = BySurvey(pulse).post("answer/", words="<b>Hello</b>", csat="9")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Mark at least one answer" in page
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page


def test_after_a_case_the_whole_survey_is_asked_and_says_that_it_is_separate(number, cast) -> None:
    survey = was_asked(make_customer("Ana Ruiz"), case=number)
    page = BySurvey(survey).get().content.decode()
    assert all(f'name="{name}"' in page for name in (*ITEMS, "csat"))
    assert "This is separate" in page
    assert "Ana" not in page


def test_it_may_be_skipped_and_never_come_again(pulse) -> None:
    guest = BySurvey(pulse)
    guest.post("skip/")
    assert "That is fine." in guest.get().content.decode()
    guest.post("peace/")
    assert "We never ask you such questions again." in guest.get().content.decode()
    assert LeftInPeace.objects.get().customer_id == pulse.customer_id


def test_after_its_time_it_has_ended(cast) -> None:
    set_up(name="Northfield Home", time_zone="Europe/London", currency="GBP")
    guest = BySurvey(was_asked(make_customer("Dana Okafor"), days=22))
    assert guest.get().status_code == 410
    guest.post("answer/", csat="4")
    assert not Score.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Wie machen wir unsere Sache?"), ("es", "¿Qué tal lo hacemos?"), ("pt", "Como nos estamos a sair?"),
        ("en", "How are we doing?"),
    ],
)  # fmt: skip
def test_in_four_languages(pulse, language, words) -> None:
    assert words in BySurvey(pulse).get(lang=language).content.decode()
    assert words in BySurvey(pulse, **{"accept-language": language}).get().content.decode()


def test_a_stranger_learns_nothing_and_is_counted(cast) -> None:
    set_up(name="Northfield Home", time_zone="Europe/London", currency="GBP")
    client = Client()
    told = [client.get(f"/s/{'x' * 43}/").status_code for _try in range(LIMITS[Tried.MISS] + 1)]
    assert set(told[:-1]) == {404}
    assert told[-1] == 429


def test_a_form_from_another_site_is_turned_away(pulse) -> None:
    guest = BySurvey(pulse, **{"sec-fetch-site": "cross-site"})
    assert guest.post("answer/", csat="5").status_code == 403
    assert not Score.objects.exists()
