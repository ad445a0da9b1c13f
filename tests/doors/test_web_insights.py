"""The insights at the desk: findings that are computed, marks that open what they count, and who sees which."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest

from makegood.cases.models import Case
from makegood.customers.rules import CustomerFact
from makegood.intake.actions import take_in
from makegood.measurement.actions import count_anew
from makegood.measurement.models import Tally
from makegood.people.models import Staff
from makegood.people.rules import Role
from makegood.promises.facts import Fact
from makegood.promises.models import Kind
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast, make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CHARTS = ("promises", "acknowledgement", "recovery", "causes")


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Kind.objects.filter(slug="delivery").update(team=made.care)
    Kind.objects.filter(slug="callback").update(team=made.billing)
    return made


def tell(cast: Cast, kind: str, kept: int, broken: int, *, days_ago: int = 3) -> None:
    """So many promises of a kind that were due some days ago, each to a customer of its own."""
    now = datetime.now(UTC)
    due_at = now - days_ago * DAY
    told = [
        Fact(source="shop", reference=f"{kind}{days_ago}-{n}", customer=CustomerFact(key=f"{kind}{days_ago}-{n}"),
             kind=kind, title=f"Order {kind} {n}", due_at=due_at, **({"kept_at": due_at} if n < kept else {}))
        for n in range(kept + broken)
    ]  # fmt: skip
    take_in(told, by=actor(cast.greta), now=now)
    count_anew()


def numbers(desk: AtDesk, chart: str, **asked: str) -> list[list[str]]:
    return list(csv.reader(StringIO(desk.get(f"/insights/{chart}.csv", **asked).content.decode())))


def tally(cast: Cast, mark: str, many: int, days_ago: int = 3) -> None:
    kind = Kind.objects.get(slug="delivery").pk
    day = date.today() - days_ago * DAY  # noqa: DTZ011 - the day of this machine is near enough
    Tally.objects.create(day=day, kind=kind, team=cast.care.pk, mark=mark, many=many, amount=0)


def test_of_fewer_than_ten_nothing_is_said(cast: Cast) -> None:
    tell(cast, "delivery", 4, 2)
    page = text(AtDesk(cast.greta).get("/insights/"))
    assert "too few to say, of 6 so far" in page
    for finding in ("Too few promises to say", "Too few causes to say", "Too few to say what puts it right"):
        assert finding in page
    assert "66" not in page.split("Second failures")[0]


def test_an_empty_house_has_its_pages(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    for path in ("/insights/", *(f"/insights/{chart}/" for chart in CHARTS), "/insights/method/"):
        assert greta.get(path).status_code == 200


def test_a_figure_has_its_interval(cast: Cast) -> None:
    tell(cast, "delivery", 90, 10)
    page = text(AtDesk(cast.greta).get("/insights/"))
    assert "Promises kept 90 %" in page
    assert "between 82.6% and 94.5%, 95% sure" in page
    assert "Promises kept has not really moved" in page
    assert "within chance" in page


def test_an_apology_alone_is_set_beside_a_remedy_only_beyond_chance(cast: Cast) -> None:
    tally(cast, "f:us:spot:right", 30)
    tally(cast, "f:us:spot:more", 10)
    tally(cast, "f:them:apology:right", 4)
    tally(cast, "f:them:apology:left", 16)
    tally(cast, "f:nobody:nothing:open", 5)
    page = text(AtDesk(cast.greta).get("/insights/"))
    assert "An apology alone keeps one in five. A remedy on the spot keeps three in four" in page
    assert "16 customers left. 16 of them were offered only an apology." in page
    Tally.objects.filter(mark="f:us:spot:right").update(many=9)
    assert "No clear difference between an apology alone" in text(AtDesk(cast.greta).get("/insights/recovery/"))


def test_the_file_is_the_table(cast: Cast) -> None:
    tell(cast, "delivery", 90, 10)
    tell(cast, "delivery", 30, 30, days_ago=12)
    tally(cast, "cause:1", 12)
    greta = AtDesk(cast.greta)
    for chart in CHARTS:
        page = greta.get(f"/insights/{chart}/").content.decode()
        table = page[page.index("<table") : page.index("</table>")]
        cells = [
            [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in table.split("<tr")[2:]
        ]  # fmt: skip
        told = numbers(greta, chart)[1:]
        assert len(cells) == len(told) > 0, chart
        for shown, plain in zip(cells, told, strict=True):
            assert [as_shown(one) for one in plain] == ["" if one == "–" else one.replace(",", "") for one in shown], (
                chart
            )


def as_shown(plain: str) -> str:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", plain):
        return f"{date.fromisoformat(plain):%-d %b %Y}"
    return (
        f"{float(plain):.1%}" if re.fullmatch(r"[01]|0?\.\d+|\d\.\d+(e-\d+)?|1e-\d+", plain) and "." in plain else plain
    )


def marks_of(page: str) -> Iterator[str]:
    yield from {one.replace("&amp;", "&") for one in re.findall(r'href="(/insights/behind/\?[^"]+)"', page)}


def test_every_mark_opens_as_many_as_it_counts(cast: Cast) -> None:
    tell(cast, "delivery", 20, 12)
    greta = AtDesk(cast.greta)
    page = greta.get("/insights/").content.decode()
    found = list(marks_of(page))
    assert len(found) > 8
    for address in found:
        assert greta.get(address).status_code == 200
    broken = next(one for one in found if "mark=p%3Abroken" in one)
    assert "12 promises" in text(greta.get(broken))
    them = next(one for one in found if "f%3Anobody" in one)
    assert f"{Case.objects.count()} cases" in text(greta.get(them))


def test_a_mark_that_is_none_is_refused(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    for mark in ("", "x", "p:kept'; DROP", "%", "f:us:spot:right:more:still"):
        assert greta.get("/insights/behind/", mark=mark).status_code == 404
    assert greta.get("/insights/behind/", mark="p:kept", since="never", before="9999-12-31").status_code == 200


def test_who_sees_their_team_alone_is_told_of_no_other(cast: Cast) -> None:
    tell(cast, "delivery", 18, 4)
    tell(cast, "callback", 11, 1)
    assert "34 promises due" in text(AtDesk(cast.greta).get("/insights/"))
    assert "12 promises due" in text(AtDesk(cast.greta).get("/insights/", team=str(cast.billing.pk)))
    for person, many in ((cast.mara, "22"), (cast.lena, "22"), (cast.stranger, "12")):
        for team in ("", str(cast.care.pk), str(cast.billing.pk)):
            assert f"{many} promises due" in text(AtDesk(person).get("/insights/", team=team))
    outside = Staff.objects.create(name="Nova", email="nova@desk.example", role="agent")
    assert "0 promises due" in text(AtDesk(outside).get("/insights/"))
    behind = text(AtDesk(cast.stranger).get("/insights/behind/", mark="p:*"))
    assert "12 promises" in behind
    assert "Order delivery" not in behind


def test_periods_and_kinds_narrow_the_figures(cast: Cast) -> None:
    tell(cast, "delivery", 18, 4)
    tell(cast, "delivery", 18, 4, days_ago=60)
    greta = AtDesk(cast.greta)
    assert "22 promises due" in text(greta.get("/insights/promises/", period="30"))
    assert "44 promises due" in text(greta.get("/insights/promises/", period="90"))
    assert "44 promises due" in text(greta.get("/insights/promises/", period="365", kind="delivery"))
    assert "0 promises due" in text(greta.get("/insights/promises/", kind="callback"))
    assert "44 promises due" in text(greta.get("/insights/promises/", period="7", kind="x", team="x"))


def test_a_bad_week_is_named_by_what_happened(cast: Cast) -> None:
    for days_ago in range(1, 88, 7):
        tell(cast, "delivery", 40, 2, days_ago=days_ago)
    page = text(AtDesk(cast.greta).get("/insights/promises/"))
    assert "has not really moved" in page
    tell(cast, "delivery", 5, 60, days_ago=29)
    Tally.objects.filter(mark="f:nobody:nothing:open").delete()
    tally(cast, "cause:2", 30, days_ago=29)
    tally(cast, "f:us:spot:right", 40, days_ago=29)
    page = AtDesk(cast.greta).get("/insights/promises/").content.decode()
    assert 'class="t-broken"' in page
    rows = numbers(AtDesk(cast.greta), "promises")
    worst = min(rows[1:], key=lambda row: float(row[3]))
    assert worst[8] == "below"
    assert worst[9]
    assert not any(row[8] == "below" for row in rows[1:] if row is not worst)


def test_who_only_looks_begins_at_the_insights_and_everybody_else_at_their_work(cast: Cast) -> None:
    for role, begins in ((Role.AGENT, "/today/"), (Role.MANAGER, "/today/"), (Role.ANALYST, "/insights/")):
        assert AtDesk(make_staff(f"{role} Who", role=role)).get("/")["Location"] == begins
