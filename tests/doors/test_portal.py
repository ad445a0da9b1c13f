"""The customer's page: what they read, what they may do, and what nobody learns."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection

from makegood.cases import actions as cases
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries import case_for, desk_rows
from makegood.customers.models import Customer
from makegood.followups import actions as followups
from makegood.journal.models import Entry
from makegood.links import actions as links
from makegood.links.models import Attempt, Link
from makegood.links.queries import links_of
from makegood.links.rules import LIMITS, Tried
from makegood.notices.models import Notice
from makegood.remedies.actions import grant, set_limit
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import text
from tests.factories import Cast, actor
from tests.rooms.casework import HOUR, Hand, cast, mara

__all__ = ["cast", "dana", "mara", "number"]
pytestmark = pytest.mark.django_db
QUESTION = "Are you satisfied, or do you want something more?"


def now() -> datetime:
    return datetime.now(UTC)


def verbs(number: int) -> list[str]:
    return list(Entry.objects.filter(case_id=number).order_by("id").values_list("verb", flat=True))


def let_give(cast: Cast) -> None:
    """Let agents give as much as they like."""
    set_limit(Limit(grade=1, currency="GBP"), by=actor(cast.greta), now=now())


# What they read


def test_line_one_says_what_we_broke_and_who_owns_it(dana: ByLink) -> None:
    page = dana.get()
    shown = text(page)
    assert page.status_code == 200
    assert "<h1>Dana, we broke our promise to you.</h1>" in page.content.decode()
    # It was due an hour and a half ago: soon after midnight that was yesterday.
    assert re.search("We promised you: Ring back about the alarm, (today|yesterday) at", shown)
    assert "I am sorry. I own this now, and I will until you tell me it is right." in shown
    assert "Mara Silva answers for this at Northfield Home" in shown
    assert QUESTION in shown


def test_what_happens_next_and_when_on_the_customers_own_clock(dana: ByLink, number: int, mara: Hand) -> None:
    Customer.objects.update(time_zone="America/New_York")
    due = datetime(2027, 3, 4, 20, 30, tzinfo=UTC)
    cases.commit(number, title="Both at your door", due_at=due, **mara.at(now()))
    shown = text(dana.get())
    assert "Both at your door At the latest on 4 March 2027 at 15:30." in shown
    assert "All times are New York time." in shown
    assert "I get in touch with you" in shown


def test_costs_notes_causes_and_blame_stay_with_us(dana: ByLink, number: int, mara: Hand) -> None:
    known = mara.at(now())
    cases.note(number, text="SECRET-NOTE she is always cross", **known)
    cases.record_step(number, step="listen", words="SECRET-STEP", harm="SECRET-HARM", **known)
    cases.record_cause(number, cause="handoff-nobody-told", note="SECRET-CAUSE", **known)
    shown = dana.get().content.decode()
    assert "SECRET" not in shown
    assert "nobody told" not in shown.lower()


def test_a_remedy_is_shown_in_its_words_with_the_money_they_get_and_no_cost(
    dana: ByLink, number: int, mara: Hand, cast: Cast
) -> None:
    let_give(cast)
    known = mara.at(now())
    due = now() + 48 * HOUR
    give = [
        Choice(
            remedy=RemedyKind.REFUND, title="Your fee back", words="No forms.", amount=Decimal("105.00"), due_at=due
        ),
        Choice(remedy=RemedyKind.RE_PERFORMANCE, title="We do it again", amount=Decimal("333.00"), due_at=due),
    ]
    grant(number, give, currency="GBP", reason="SECRET-REASON", **known)
    shown = text(dana.get())
    assert "Your fee back" in shown
    assert "No forms. You get £105.00." in shown
    assert "We do it again" in shown
    assert "333" not in shown
    assert "SECRET" not in shown


@pytest.mark.parametrize(
    ("language", "title", "when", "money"),
    [
        ("en-GB", "Dana, we broke our promise to you.", "on 4 March 2027 at 20:30", "£1,105.00"),
        ("en-US", "Dana, we broke our promise to you.", "on March 4, 2027 at 8:30\u202fPM", "£1,105.00"),
        ("de", "Dana Okafor, wir haben unser Versprechen", "am 4. März 2027 um 20:30 Uhr", "1.105,00\xa0£"),
        ("es", "hemos incumplido la promesa que le hicimos", "el 4 de marzo de 2027 a las 20:30", "1.105,00\xa0GBP"),
        ("pt-BR", "não cumprimos a promessa que lhe fizemos", "no dia 4 de março de 2027 às 20:30", "£\xa01.105,00"),
    ],
)
def test_each_language_with_its_own_dates_and_money(
    dana: ByLink, number: int, mara: Hand, cast: Cast, language: str, title: str, when: str, money: str
) -> None:
    let_give(cast)
    Customer.objects.update(language=language)
    give = [
        Choice(
            remedy=RemedyKind.REFUND, title="Your fee back", amount=Decimal("1105.00"),
            due_at=datetime(2027, 3, 4, 20, 30, tzinfo=UTC),
        )
    ]  # fmt: skip
    grant(number, give, currency="GBP", **mara.at(now()))
    page = dana.get().content.decode()
    assert f'<html lang="{language[:2]}">' in page
    assert title in page
    assert when in page
    assert money in page


def test_the_browsers_language_when_nobody_said_and_another_for_the_asking(number: int, dana: ByLink) -> None:
    asked = ByLink(dana.url.split("/")[2], **{"Accept-Language": "fr, pt-PT;q=0.8, en;q=0.1"})
    assert '<html lang="pt">' in asked.get().content.decode()
    assert '<html lang="de">' in asked.get(lang="de").content.decode()
    assert '<html lang="pt">' in asked.get(lang="xx").content.decode()


# Who comes in


def test_a_strangers_token_opens_nothing_and_tries_are_counted(number: int) -> None:
    stranger = ByLink("A" * 43)
    assert stranger.get().status_code == 404
    assert "Okafor" not in stranger.get().content.decode()
    Attempt.objects.update(tries=LIMITS[Tried.MISS])
    assert stranger.get().status_code == 429
    assert not Attempt.objects.filter(who__contains="127").exists()


def test_only_a_digest_is_kept(dana: ByLink, number: int) -> None:
    token = dana.url.split("/")[2]
    assert len(token) == 43
    kept = Link.objects.get().digest
    assert len(kept) == 64
    assert token not in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry WHERE data::text LIKE %s", [f"%{token}%"])
        assert cursor.fetchone() == (0,)


def test_a_link_ends_ninety_days_after_the_case_and_can_be_asked_for_anew(
    dana: ByLink, number: int, mara: Hand
) -> None:
    token = dana.url.split("/")[2]
    Case.objects.filter(pk=number).update(closed_at=now() - timedelta(days=89), outcome="satisfied")
    Link.objects.update(made_at=now() - timedelta(days=100))
    assert dana.get().status_code == 200
    assert "It stops working tomorrow." in text(dana.get())
    Case.objects.filter(pk=number).update(closed_at=now() - timedelta(days=91))
    ended = dana.get()
    assert ended.status_code == 410
    assert "Dana" not in text(ended)
    assert dana.post("words/", words="Hello").status_code == 410
    known = dana.client.post("/p/renew/", {"token": token})
    unknown = dana.client.post("/p/renew/", {"token": "A" * 43})
    assert known.content == unknown.content
    assert verbs(number)[-1] == "case.link_asked"
    assert "asks for a new link" in Notice.objects.latest("pk").words
    fresh = ByLink(links.make_link(number, **mara.at(now())))
    assert fresh.get().status_code == 200
    assert dana.get().status_code == 410


def test_asking_anew_takes_the_whole_address_too(dana: ByLink, number: int) -> None:
    assert text(dana.client.get("/p/renew/")).startswith("N Northfield Home Ask for a new link")
    dana.client.post("/p/renew/", {"token": f"https://desk.example{dana.url}"})
    assert verbs(number)[-1] == "case.link_asked"


def test_a_link_that_was_taken_back_opens_nothing(dana: ByLink, number: int, mara: Hand) -> None:
    links.revoke_links(number, **mara.at(now()))
    assert dana.get().status_code == 410
    (link,) = links_of(mara.scope, number, now=now())
    assert link.state == "revoked"


def test_a_get_changes_nothing_whoever_follows_the_link(dana: ByLink, number: int) -> None:
    before = list(Entry.objects.values_list("id")), list(Link.objects.values()), list(Attempt.objects.values())
    for path in ("", "?lang=de", "?done=thanks"):
        assert dana.client.get(dana.url + path).status_code == 200
    assert dana.client.head(dana.url).status_code == 200
    for path in ("answer/", "words/", "wishes/", "read/"):
        # A phone that opens the tab anew asks for the address of the form that was sent, and gets the page.
        asked = dana.get(path, answer="satisfied", words="Hello")
        assert (asked.status_code, asked.headers["Location"]) == (302, dana.url)
    after = list(Entry.objects.values_list("id")), list(Link.objects.values()), list(Attempt.objects.values())
    assert before == after
    assert dana.post("").status_code == 405


def test_what_every_answer_carries(dana: ByLink) -> None:
    for answer in (dana.get(), dana.post("read/"), ByLink("B" * 43).get(), dana.client.get("/p/renew/")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert not answer.cookies
    page = dana.get().content.decode()
    assert "<script" not in page
    assert "style=" not in page


def test_the_page_is_small(dana: ByLink, number: int, mara: Hand) -> None:
    for one in range(20):
        cases.commit(number, title=f"Promise {one} with a rather long title", due_at=now() + HOUR, **mara.at(now()))
    parts = ("web/tokens.css", "web/base.css", "portal/letter.css", "web/favicon.svg")
    sizes = [len(dana.get().content), *(Path(str(finders.find(name))).stat().st_size for name in parts)]
    assert sum(sizes) <= 60 * 1024


def test_no_token_gets_into_the_log(dana: ByLink, caplog: pytest.LogCaptureFixture) -> None:
    for answer in (ByLink("C" * 43).get(), dana.post(""), dana.post("words/", words=" ")):
        assert answer.status_code >= 400
    assert "/p/" not in caplog.text


def test_a_form_from_another_site_or_too_large_is_turned_away(dana: ByLink, number: int) -> None:
    crossed = dana.client.post(f"{dana.url}words/", {"words": "Hello"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert dana.post("words/", words="x" * 70_000).status_code == 413
    assert "case.wrote" not in verbs(number)


def test_one_link_sends_only_so_much_in_an_hour(dana: ByLink, number: int) -> None:
    for _ in range(LIMITS[Tried.BY_LINK]):
        assert dana.post("read/").status_code == 303
    assert dana.post("read/").status_code == 429
    assert dana.get().status_code == 200


# What they may do


def test_they_write_and_it_waits_for_the_owner(dana: ByLink, number: int, mara: Hand) -> None:
    assert dana.post("words/", words="  ").status_code == 422
    assert dana.post("words/", words="I waited all day <b>again</b>").status_code == 303
    shown = dana.get(done="written").content.decode()
    assert "It is sent." in shown
    assert "I waited all day &lt;b&gt;again&lt;/b&gt;" in shown
    entry = Entry.objects.get(verb="case.wrote")
    assert (entry.actor_kind, entry.actor_name) == ("customer", "Dana Okafor")
    assert entry.data["words"] == "I waited all day <b>again</b>"
    assert waits(mara) == [(number, "The customer wrote to you")]
    assert Notice.objects.latest("pk").words == f"The customer of SR-{number} wrote to you."
    cases.record_step(number, step="listen", words="Rang her", **mara.at(now()))
    assert waits(mara) == []


def waits(hand: Hand) -> list[tuple[int, str]]:
    """What waits for somebody on Today, and why."""
    rows = desk_rows(hand.scope, who="me").groups[2].rows
    return [(row.case.number, row.why) for row in rows if row.case]


def test_that_they_have_read_it_is_known_once_they_say_so(dana: ByLink, number: int, mara: Hand) -> None:
    dana.get()
    assert links_of(mara.scope, number, now=now())[0].opened_at is None
    assert "Let Mara know that you have read this" in text(dana.get())
    assert dana.post("read/").status_code == 303
    dana.post("read/")
    assert links_of(mara.scope, number, now=now())[0].opened_at is not None
    assert "Mara knows that you have this page before you." in text(dana.get())
    assert verbs(number).count("case.link_opened") == 1


def test_they_choose_how_often_by_which_way_and_in_which_language(dana: ByLink) -> None:
    assert dana.post("wishes/", cadence="240", channel="sms", language="de").status_code == 303
    row = Customer.objects.get(name="Dana Okafor")
    assert (row.cadence_minutes, row.preferred_channel, row.language) == (240, "sms", "de")
    assert "Mindestens alle 4 Stunden" in text(dana.get())
    assert Entry.objects.get(verb="customer.changed").actor_kind == "customer"
    for wrong in ({"cadence": "often"}, {"cadence": "0"}, {"channel": "drums"}):
        assert dana.post("wishes/", **wrong).status_code == 422
    dana.post("wishes/", cadence="", channel="", language="")
    row.refresh_from_db()
    assert (row.cadence_minutes, row.preferred_channel, row.language) == (None, "", "de")


def test_a_region_is_kept_when_the_language_stays(dana: ByLink) -> None:
    Customer.objects.update(language="pt-BR")
    dana.post("wishes/", language="pt")
    assert Customer.objects.get(name="Dana Okafor").language == "pt-BR"


def test_a_yes_that_nobody_asked_for_is_asked_and_answered(dana: ByLink, number: int, mara: Hand) -> None:
    assert dana.post("answer/", answer="satisfied").status_code == 303
    check = SatisfactionCheck.objects.get()
    assert (check.answer, check.asked_by_id, check.channel) == ("satisfied", None, "page")
    dana.post("answer/", answer="satisfied")
    assert SatisfactionCheck.objects.count() == 1
    shown = text(dana.get())
    assert "Thank you. You told us that this is right." in shown
    assert QUESTION in shown
    assert "I want something more" in shown
    assert "Yes, this is right" not in shown
    assert case_for(mara.scope, number).outcome == ""
    assert dana.post("answer/", answer="will_not_forgive").status_code == 422


def test_something_more_opens_a_closed_case_again(dana: ByLink, number: int, mara: Hand) -> None:
    known = mara.at(now())
    dana.post("answer/", answer="satisfied")
    cases.record_cause(number, cause="handoff-nobody-told", **known)
    followups.close(number, **known)
    assert dana.get().status_code == 200
    dana.post("answer/", answer="more", words="The lamp is scratched.")
    case = case_for(mara.scope, number)
    assert case.closed_at is None
    assert case.checks[-1].words == "The lamp is scratched."
    assert waits(mara) == [(number, "The customer wants more")]
    assert "You want something more." in text(dana.get())
    assert "The lamp is scratched." in text(dana.get())
