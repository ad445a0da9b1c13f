"""Links to the insights, what is aimed at, and the report of every month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest

from makegood.adapters.telling import Attached, Teller, Told
from makegood.kernel.refusals import Refusal
from makegood.measurement import actions
from makegood.measurement.models import Reader, SharedView
from makegood.worker.monthly import Monthly
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_web_insights import cast, tell
from tests.factories import Cast, actor
from tests.smtp_server import SmtpServer

__all__ = ["cast"]

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def link_of(desk: AtDesk, address: str = "/insights/?period=30", days: str = "30") -> str:
    found = re.search(r"/insights/shared/[\w-]+/", text(desk.post("/insights/share/", address=address, days=days)))
    assert found is not None
    return found[0]


def test_a_link_leads_everybody_to_what_is_theirs_to_see(cast: Cast) -> None:
    tell(cast, "delivery", 18, 4)
    tell(cast, "callback", 11, 1)
    link = link_of(AtDesk(cast.greta))
    answer = AtDesk(cast.stranger).get(link)
    assert (answer.status_code, answer["Location"]) == (303, "/insights/?period=30")
    assert "12 promises due" in text(AtDesk(cast.stranger).get(answer["Location"]))
    assert "34 promises due" in text(AtDesk(cast.anil).get(answer["Location"]))
    assert AtDesk(None).get(link).status_code in (302, 303)


def test_a_link_ends_by_its_time_or_by_whoever_gave_it(cast: Cast) -> None:
    greta, lena = AtDesk(cast.greta), AtDesk(cast.lena)
    first, second = link_of(greta), link_of(greta)
    rows = SharedView.objects.order_by("pk")
    assert first.split("/")[3] not in rows[0].token_hash
    assert "no such link" in text(lena.client.post(f"/insights/shared/{rows[0].pk}/revoke/", follow=True))  # type: ignore[arg-type]
    assert lena.get(first).status_code == 303
    greta.post(f"/insights/shared/{rows[0].pk}/revoke/")
    assert lena.get(first).status_code == 404
    SharedView.objects.update(expires_at=datetime.now(UTC))
    assert lena.get(second).status_code == 404
    assert lena.get("/insights/shared/never-was/").status_code == 404


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/insights/", "/today/", "/insights/\\x"]
)
def test_nothing_but_the_insights_is_shared(cast: Cast, address: str) -> None:
    with pytest.raises(Refusal):
        actions.share_view(address, holds_for=timedelta(days=1), by=actor(cast.greta), now=NOW)


def test_managers_say_what_is_aimed_at(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    assert greta.post("/insights/targets/", kept="97.5", contact="30").status_code == 303
    assert 'value="97.5"' in greta.get("/insights/targets/").content.decode()
    tell(cast, "delivery", 90, 10)
    assert "target 97.5%" in text(greta.get("/insights/"))
    for wrong in ("101", "-1", "much"):
        assert greta.post("/insights/targets/", kept=wrong).status_code == 422
    AtDesk(cast.mara).post("/insights/targets/", kept="10")
    assert 'value="97.5"' in greta.get("/insights/targets/").content.decode()


def test_the_report_is_a_pdf_for_those_who_see_every_team(cast: Cast) -> None:
    tell(cast, "delivery", 90, 10, days_ago=35)
    answer = AtDesk(cast.greta).get("/insights/report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert AtDesk(cast.mara).get("/insights/report.pdf").status_code == 403


class Post:
    """A mail server that takes what it is given, or says why not."""

    def __init__(self, problem: str = "") -> None:
        self.problem, self.taken = problem, list[tuple[str, str]]()

    def send(self, address: str, title: str, text: str, attached: Attached | None = None) -> Told:
        if not self.problem:
            assert attached is not None
            self.taken.append((address, attached.name))
        return Told("Mail", self.problem)

    def close(self) -> None: ...


def sender(post: Post) -> Monthly:
    def printed(month: date, *, now: datetime) -> bytes:
        return b"%PDF"

    return Monthly(post, printed, base_url="https://desk.example", asked_to_stop=lambda: False)


def test_each_reader_gets_the_report_of_a_month_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("makegood.worker.monthly.now", lambda: NOW)
    for person in (cast.greta, cast.anil):
        actions.subscribe(by=actor(person), now=NOW - timedelta(days=20))
    with pytest.raises(Refusal):
        actions.subscribe(by=actor(cast.mara), now=NOW)
    post = Post()
    monthly = sender(post)
    while monthly.turn():
        pass
    assert sorted(post.taken) == [
        (one.email, "insights-2026-10.pdf") for one in sorted((cast.anil, cast.greta), key=str)
    ]
    assert not monthly.turn()
    assert set(Reader.objects.values_list("sent_for", flat=True)) == {date(2026, 10, 1)}
    actions.unsubscribe(by=actor(cast.anil), now=NOW)
    monkeypatch.setattr("makegood.worker.monthly.now", lambda: NOW + timedelta(days=30))
    while monthly.turn():
        pass
    assert post.taken[2:] == [(cast.greta.email, "insights-2026-11.pdf")]


def test_what_did_not_leave_is_tried_again_and_what_nobody_knows_is_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("makegood.worker.monthly.now", lambda: NOW)
    actions.subscribe(by=actor(cast.greta), now=NOW - timedelta(days=20))
    assert not sender(Post("Nothing answers at that address.")).turn()
    assert "Nothing answers" in text(AtDesk(cast.greta).get("/insights/targets/"))
    post = Post()
    assert sender(post).turn()
    assert len(post.taken) == 1
    Reader.objects.update(tried_for=None, sent_for=None)
    assert actions.claim_reader(now=NOW) is not None  # and whoever claimed it dies
    assert not sender(post).turn()
    assert len(post.taken) == 1


def test_the_file_goes_along_with_the_mail(smtp_server: SmtpServer) -> None:
    with Teller(["127.0.0.0/8"], mail=smtp_server.account()) as teller:
        told = teller.send("helen@example.com", "October", "The figures", Attached("insights.pdf", b"%PDF-1.4 x"))
    assert told.problem == ""
    mail = message_from_bytes(smtp_server.received[-1].raw)
    (file,) = [part for part in mail.walk() if part.get_filename()]
    assert (file.get_filename(), file.get_payload(decode=True)) == ("insights.pdf", b"%PDF-1.4 x")
