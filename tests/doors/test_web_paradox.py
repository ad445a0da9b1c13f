"""The paradox at the desk: locked until its day, one of five findings after, nothing for who sees one team."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from makegood.measurement import actions
from makegood.measurement.findings import (
    ARCHIVE,
    ROWS,
    Asked,
    Compared,
    Figure,
    Found,
    Group,
    Held,
    Month,
    Outcome,
    Refused,
    Rung,
    Said,
    Size,
    Why,
)
from makegood.measurement.queries import reports
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk
from tests.factories import NOW, Cast, make_cast
from tests.rooms.casework import Hand
from tests.rooms.test_reports import registered

DAY = timedelta(days=1)
SIZES = (
    Size(group=Group.NEVER, people=2500, counted=2214, needed=800),
    Size(group=Group.PUT_RIGHT, people=196, counted=196, needed=800),
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def found(one: Compared) -> Found:
    figures = (
        Figure(group=Group.NEVER, people=2500, counted=2214, value=4.21, low=4.18, high=4.24, replied=0.38),
        Figure(group=Group.PUT_RIGHT, people=321, counted=196, value=4.38, low=4.24, high=4.5, replied=0.61),
        Figure(group=Group.TWICE, people=9, counted=4),
    )
    return Found(
        people=5000, sizes=SIZES, asked=(Asked(outcome=Outcome.CSAT, figures=figures, compared=(one,)),),
        behind={Group.PUT_RIGHT: (17,)},
    )  # fmt: skip


def opened(cast: Cast, one: Compared) -> int:
    number = registered(Hand(cast.anil), outcome=Outcome.CSAT, margin=0.1)
    actions.note_found(number, found(one), now=NOW)
    return number


def text(of: AtDesk, path: str) -> str:
    answer = of.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_an_analyst_registers_it_at_the_desk(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    assert "Nothing is registered yet" in text(anil, "/insights/paradox/")
    asked = {"outcome": "stayed", "since": "2026-06-01", "before": "2026-11-01", "landmark": "30", "horizon": "90"}
    wrong = anil.post("/insights/paradox/new/", **asked, margin="little")
    assert wrong.status_code == 422
    assert anil.post("/insights/paradox/new/", **asked, margin="0.02").status_code == 303
    assert "Locked until" in text(anil, "/insights/paradox/")
    assert "Locked until" in text(anil, "/insights/")


def test_until_it_may_be_read_the_overview_says_how_many_there_are(cast: Cast) -> None:
    number = registered(Hand(cast.anil), outcome=Outcome.CSAT, margin=0.1)
    actions.note_sizes(number, Found(people=5000, sizes=SIZES), now=NOW)
    page = text(AtDesk(cast.anil), "/insights/")
    assert "Failed, then put right: 196 of 800" in page
    assert "4.38" not in page


ASKED = {"outcome": "stayed", "since": "2026-06-01", "before": "2026-11-01", "landmark": "14", "horizon": "180"}


def test_what_is_held_equal_and_from_when_a_rule_pays_is_registered_too(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    more = {"covariates": ["tenure", "spend"], "threshold_hours": "24", "threshold_kind": "delivery", "margin": "0,03"}
    assert anil.post("/insights/paradox/new/", **ASKED | more).status_code == 303
    (plan,) = (one.plan for one in reports(Hand(cast.anil).scope))
    assert [one.value for one in plan.covariates] == ["exposure", "tenure", "spend"]
    assert (plan.threshold_hours, plan.threshold_kind, plan.margin) == (24.0, "delivery", 0.03)
    assert (plan.landmark_days, plan.horizon_days) == (14, 180)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        *(({"margin": value}, "margin", "Give a number") for value in ("nan", "inf", "-inf", "1e999", "")),
        *(({"margin": value}, "margin", "0.5 at most") for value in ("-1", "0", "0.9", "1e300")),
        *(({"threshold_hours": value}, "threshold_hours", "above 0, a year at most") for value in ("-3", "1e6")),
        ({"threshold_hours": "nan"}, "threshold_hours", "Give a number"),
        ({"threshold_kind": "delivery"}, "threshold_hours", "from how many hours on"),
        ({"threshold_kind": "no", "threshold_hours": "3"}, "threshold_kind", "no kind of promise"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(cast: Cast, wrong: dict[str, str], field: str, said: str) -> None:
    answer = AtDesk(cast.anil).post("/insights/paradox/new/", **ASKED | {"margin": "0.02"} | wrong)
    assert answer.status_code == 422
    at_field = answer.content.decode().partition(f'id="f-{field}-error"')[2]
    assert said in at_field[:600]
    assert not reports(Hand(cast.anil).scope)


def test_what_is_known_of_too_few_is_told_with_what_to_do(cast: Cast) -> None:
    held = (Held(name="exposure", before=0.3, after=0.0), Held(name="baseline", before=0.4, after=0.0, known=0.08))
    number = opened(cast, Compared(group=Group.PUT_RIGHT, said=Said.CANNOT_TELL, why=Why.UNKNOWN, held=held))
    page = text(AtDesk(cast.anil), f"/insights/paradox/{number}/")
    assert "Cannot tell: the groups are not comparable" in page
    assert "cannot tell: too little is known of them from before" in page
    assert "What they answered before: 8%" in page
    assert "How much they were promised" not in page.partition("Known of them from before")[2][:200]


def test_how_far_it_is_moves_until_it_is_found(cast: Cast) -> None:
    number = registered(Hand(cast.anil))
    assert actions.claim_due(now=datetime.now(UTC) + 999 * DAY) == number
    actions.note_progress(number, "spend", 0.4)
    anil, path = AtDesk(cast.anil), f"/insights/paradox/{number}/"
    assert '<progress max="100" value="40"' in text(anil, path)
    told = anil.beside(path, "progress").content.decode()
    assert told.lstrip().startswith('<div id="progress" hx-get'), told[:200]
    actions.note_found(number, found(Compared(group=Group.PUT_RIGHT, said=Said.CANNOT_TELL)), now=datetime.now(UTC))
    assert anil.beside(path, "progress").headers["HX-Refresh"] == "true"
    assert "<progress" not in text(anil, path)


def test_the_files_behind_it(cast: Cast) -> None:
    number = registered(Hand(cast.anil))
    files = {ARCHIVE: b"zip", ROWS: gzip.compress(b"customer")}
    paths = [f"/insights/paradox/{number}/{name}" for name in ("rows.csv", "archive.zip")]
    assert {AtDesk(cast.anil).get(path).status_code for path in paths} == {400}, "not yet"
    found_ = found(Compared(group=Group.PUT_RIGHT, said=Said.CANNOT_TELL))
    actions.note_found(number, found_, now=datetime.now(UTC), files=files)
    assert gzip.decompress(AtDesk(cast.greta).get(paths[0]).content) == b"customer"
    assert AtDesk(cast.greta).get(paths[1]).content == b"zip"
    assert "outcomes.*" in text(AtDesk(cast.anil), "/insights/paradox/dictionary.csv")
    for path in (*paths, "/insights/paradox/dictionary.csv"):
        assert AtDesk(cast.stranger).get(path).status_code == 403


def test_before_it_opens_only_people_are_counted(cast: Cast) -> None:
    number = registered(Hand(cast.anil))
    actions.note_sizes(number, Found(people=5000, sizes=SIZES), now=NOW)
    page = text(AtDesk(cast.greta), f"/insights/paradox/{number}/")
    assert "604" in page, "so many are missing"
    assert "95" not in page.split("<table")[1]
    assert "The same as a table" not in page


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (Compared(group=Group.PUT_RIGHT, said=Said.ABOVE, value=0.17, low=0.03, high=0.31),
         "satisfaction 0.17 above those never failed"),
        (Compared(group=Group.PUT_RIGHT, said=Said.EQUIVALENT, value=0.01, low=-0.03, high=0.05),
         "no clear difference"),
        (Compared(group=Group.PUT_RIGHT, said=Said.TOO_FEW, missing=1234), "Not enough data: about 1,234 more"),
        (Compared(group=Group.PUT_RIGHT, said=Said.CANNOT_TELL), "Cannot tell: the groups are not comparable"),
    ],
)  # fmt: skip
def test_the_title_is_the_finding(cast: Cast, one: Compared, title: str) -> None:
    number = opened(cast, one)
    for path in (f"/insights/paradox/{number}/", "/insights/paradox/", "/insights/"):
        page = text(AtDesk(cast.ada), path)
        assert title in page
        assert "61% replied" in page
        assert "too few to say" in page
    assert "/cases/SR-17/" in text(AtDesk(cast.ada), f"/insights/paradox/{number}/")
    table = text(AtDesk(cast.ada), f"/insights/paradox/{number}.csv")
    assert "csat,put_right" in table


def test_what_nobody_told_us_says_how_many_it_takes_before_anything_else(cast: Cast) -> None:
    number = registered(Hand(cast.anil), outcome=Outcome.STAYED)
    answers = Asked(outcome=Outcome.RECOVERY, figures=(Figure(group=Group.PUT_RIGHT, people=40, counted=4),))
    actions.note_found(number, Found(people=5000, sizes=SIZES, asked=(answers,)), now=NOW)
    page = text(AtDesk(cast.ada), f"/insights/paradox/{number}/")
    assert "Not enough data: about 604 more customers needed" in page
    assert "Nobody told us of it yet" in page
    assert page.index("How many there are") < page.index("Not enough data")
    assert "too few answered the recovery survey" in page


def test_other_methods_stand_beside_the_verdict(cast: Cast) -> None:
    number = registered(Hand(cast.anil), outcome=Outcome.STAYED)
    figures = (Figure(group=Group.NEVER, people=2500, counted=2214, value=0.9, low=0.88, high=0.92),)
    ladder = (
        Rung(method="raw", group=Group.PUT_RIGHT, value=0.031, low=-0.01, high=0.07, n=2410),
        Rung(method="kaplan_meier", group=Group.NEVER, value=0.894, low=0.88, high=0.91, n=2214),
        Rung(method="cox", group=Group.PUT_RIGHT, value=-0.6931, low=-1.2, high=-0.2, n=2410),
    )
    asked = Asked(outcome=Outcome.STAYED, figures=figures, ladder=ladder)
    actions.note_found(number, Found(people=5000, sizes=SIZES, asked=(asked,)), now=NOW)
    table = text(AtDesk(cast.ada), f"/insights/paradox/{number}/").partition("What other methods find")[2]
    for said in ("As they are", "3.1%", "Kaplan–Meier), nothing went wrong", "89.4%", "0.50", "2,410"):
        assert said in table
    for said in ("At least, 95% sure", "At most, 95% sure", '<caption class="sr">'):
        assert said in table


def test_months_and_what_cannot_answer_say_so(cast: Cast) -> None:
    number = registered(Hand(cast.anil), outcome=Outcome.STAYED)
    figures = (Figure(group=Group.NEVER, people=2500, counted=2214, value=0.9, low=0.88, high=0.92),)
    months = tuple(Month(at=at, value=at / 100, low=at / 100 - 0.02, high=at / 100 + 0.02) for at in (-3, -2, 1, 2))
    by_month = Rung(
        method="event_study",
        group=Group.PUT_RIGHT,
        value=0.015,
        low=-0.01,
        high=0.04,
        n=812,
        months=months,
        apart=0.003,
    )
    refused = (
        Refused(method="matching", group=Group.PUT_RIGHT, why=Why.FEW_ALIKE),
        Refused(method="mcnemar", group=Group.NEVER, why=Why.FEW_BEFORE),
    )
    asked = Asked(outcome=Outcome.STAYED, figures=figures, ladder=(by_month,), refused=refused)
    actions.note_found(number, Found(people=5000, sizes=SIZES, asked=(asked,)), now=NOW)
    page = text(AtDesk(cast.ada), f"/insights/paradox/{number}/")
    for said in (
        "Callaway and Sant’Anna",
        "Month by month, before and after",
        "3 before",
        "+2.0%",
        "p below 0.01",
        "Do not lean on it",
        "Pairs of people alike: fewer than 10",
        "it is known what was before",
    ):
        assert said in page
    lines = AtDesk(cast.ada).get(f"/insights/paradox/{number}.csv").content.decode()
    assert "refused,stayed,put_right,matching" in lines
    assert "month,stayed,put_right,event_study,-0.03" in lines


def test_what_chance_decided_says_what_it_takes_for_granted(cast: Cast) -> None:
    number = registered(Hand(cast.anil), outcome=Outcome.STAYED)
    figures = (Figure(group=Group.NEVER, people=2500, counted=2214, value=0.9, low=0.88, high=0.92),)
    plain = Rung(method="raw", group=Group.PUT_RIGHT, value=0.031, low=-0.01, high=0.07, n=2410)
    by_lot = Rung(
        method="goodwill_by_lot", group=Group.PUT_RIGHT, value=0.041, low=0.002, high=0.08, n=812, experiment=3,
        arm="A voucher",
    )  # fmt: skip
    asked = Asked(outcome=Outcome.STAYED, figures=figures, ladder=(plain, by_lot))
    actions.note_found(number, Found(people=5000, sizes=SIZES, asked=(asked,)), now=NOW)
    table = text(AtDesk(cast.ada), f"/insights/paradox/{number}/").partition("What other methods find")[2]
    for said in (
        "What giving more changed, by lot: “A voucher” against as usual (experiment 3)",
        "4.1%",
        "812",
        "Everybody counts in the arm of the lot",
        "nobody’s offer changed what others did",
    ):
        assert said in table
    lines = AtDesk(cast.ada).get(f"/insights/paradox/{number}.csv").content.decode()
    assert "goodwill_by_lot" in lines
    assert ",3,A voucher" in lines


def test_who_sees_one_team_alone_sees_nothing_of_it(cast: Cast) -> None:
    number = opened(cast, Compared(group=Group.PUT_RIGHT, said=Said.CANNOT_TELL))
    for path in ("/insights/paradox/", f"/insights/paradox/{number}/", f"/insights/paradox/{number}.csv"):
        assert AtDesk(cast.stranger).get(path).status_code == 403
    assert "not comparable" not in text(AtDesk(cast.stranger), "/insights/")
    asked = {"outcome": "stayed", "since": "2026-06-01", "before": "2026-11-01", "landmark": "30", "horizon": "90"}
    AtDesk(cast.greta).post("/insights/paradox/new/", **asked, margin="0.02")
    assert [one.number for one in reports(Hand(cast.greta).scope)] == [number], "a manager reads and registers none"


def test_an_integration_reads_it(cast: Cast) -> None:
    whole = Api("read")
    assert whole.get("/report/paradox").code == "report.unknown"
    number = opened(cast, Compared(group=Group.PUT_RIGHT, said=Said.TOO_FEW, missing=1234))
    told = whole.get("/report/paradox").body
    assert told["number"] == number
    assert told["found"]["asked"][0]["compared"][0]["missing"] == 1234
    assert Api("read", staff=cast.mara).get("/report/paradox").code == "people.not_allowed"
