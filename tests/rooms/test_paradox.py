"""The paradox report on an installation: the groups by what we did, behaviour after the landmark, nothing said."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from makegood.cases.models import Case, Commitment, Failure, StepDone
from makegood.cases.rules import DetectedBy
from makegood.customers.models import Customer
from makegood.measurement.actions.computing import compute, find
from makegood.measurement.findings import ARCHIVE, ROWS, Group, Known, Outcome, Plan, Said
from makegood.measurement.models import Behaviour, Score
from makegood.measurement.queries import file_of, report_for
from makegood.measurement.queries.history import history
from makegood.measurement.rules.download import read, same, write
from makegood.measurement.rules.finding import found_of
from makegood.measurement.rules.groups import ORDER, Rows, rows
from makegood.people.models import Staff
from makegood.people.rules import READS_ALL
from makegood.promises.models import Kind, Promise
from makegood.remedies.models import Grant
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import Hand, cast
from tests.rooms.test_reports import registered

__all__ = ["cast"]

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLAN = Plan(
    outcome=Outcome.STAYED, since=date(2026, 1, 1), before=date(2026, 6, 1), landmark_days=30, horizon_days=90,
    covariates=tuple(Known), margin=0.02, seed=7,
)  # fmt: skip


def promised(customer: int, at: datetime, state: str = "kept", kind: str = "delivery") -> Promise:
    ended = None if state == "broken" else at + (DAY if state == "kept_late" else -DAY / 24)
    return Promise.objects.create(
        customer_id=customer, kind=Kind.objects.get(slug=kind), title="A box", made_at=at - 3 * DAY, due_at=at,
        warn_at=at, breaks_at=at, state=state, kept_at=ended, settled_at=ended,
    )  # fmt: skip


def failed(customer: int, at: datetime, owner: Staff, by: DetectedBy = DetectedBy.CUSTOMER) -> Case:
    promise = promised(customer, at, "broken")
    case = Case.objects.create(
        customer_id=customer, kind=promise.kind, title="Not kept", severity=2, detected_by=by, opened_at=at, owner=owner
    )
    Failure.objects.create(
        case=case, promise=promise, failure_class="outcome", what="Not kept", severity=2, detected_by=by, at=at
    )
    return case


def put_right(case: Case, at: datetime, *, apology: bool = True, remedy: str = "kept") -> None:
    Case.objects.filter(pk=case.pk).update(taken_at=at)
    if apology:
        StepDone.objects.create(case=case, step="apologise", said="We are sorry.", channel="phone", at=at)
    inner = promised(case.customer_id, at, remedy, kind="commitment")
    Commitment.objects.create(case=case, promise=inner, purpose="commitment")
    Grant.objects.create(
        case=case, remedy="refund", title="Refund", currency="GBP", state="given", by=case.owner, made_at=at,
        due_at=at, decided_by=case.owner, given_at=at, promise=inner,
    )  # fmt: skip


def did(customer: int, deed: str, at: datetime, amount: int | None = None) -> None:
    Behaviour.objects.create(
        customer_id=customer, deed=deed, at=at, amount=amount, currency="GBP" if amount else "", source="shop",
        reference=f"{customer}-{deed}-{at.isoformat()}",
    )  # fmt: skip


@pytest.fixture
def people(cast: Cast) -> dict[str, int]:
    """One customer of each fate, and twenty whom nothing failed."""
    names = ("right", "nothing", "silent", "twice", "let_down", "no_apology", "too_late", "before", "pleased", "gone")
    made = {name: make_customer(name, made_at=START - 300 * DAY).pk for name in names}
    cases = {
        name: failed(made[name], START + 10 * DAY, cast.mara) for name in names if name not in ("before", "silent")
    }
    failed(made["silent"], START + 10 * DAY, cast.mara, DetectedBy.WATCH)
    failed(made["before"], START - 30 * DAY, cast.mara)
    put_right(cases["right"], START + 12 * DAY)
    put_right(cases["gone"], START + 12 * DAY)
    put_right(cases["twice"], START + 12 * DAY)
    promised(made["twice"], START + 20 * DAY, "kept_late")
    put_right(cases["let_down"], START + 12 * DAY, remedy="kept_late")
    put_right(cases["no_apology"], START + 12 * DAY, apology=False)
    put_right(cases["too_late"], START + 50 * DAY)
    Score.objects.create(
        customer_id=made["pleased"], scale="csat", value=5, occasion="case", case=cases["pleased"],
        answered_at=START + 20 * DAY, source="s", reference="pleased",
    )  # fmt: skip
    did(made["gone"], "left", START + 15 * DAY)
    did(made["right"], "order", START + 60 * DAY, 40)
    did(made["nothing"], "left", START + 60 * DAY)
    for number in range(20):
        fine = make_customer(f"fine {number}", made_at=START - 300 * DAY).pk
        for place in range(12):
            promised(fine, START + place * 10 * DAY)
        did(fine, "order", START + (60 + number) * DAY, 10)
    return made


def told() -> Rows:
    known, span = history(PLAN, now=NOW)
    return rows(known, span, seed=PLAN.seed)


def group_of(rows: Rows, people: dict[str, int], name: str) -> Group | None:
    place = sorted(Customer.objects.filter(merged_into=None).values_list("pk", flat=True)).index(people[name])
    found = [ORDER[rows.group[at]] for at in range(len(rows)) if rows.customer[at] == place]
    return next((one for one in found if one is not Group.NEVER), found[0] if found else None)


def test_groups_are_what_we_did_and_never_what_they_said(people: dict[str, int]) -> None:
    found = told()
    groups = {name: group_of(found, people, name) for name in people}
    assert groups == {
        "right": Group.PUT_RIGHT, "nothing": Group.NOT_PUT_RIGHT, "silent": Group.SILENT, "twice": Group.TWICE,
        "let_down": Group.TWICE, "no_apology": Group.NOT_PUT_RIGHT, "too_late": Group.NOT_PUT_RIGHT,
        # Failed before the days of the report; said to be satisfied; gone before the landmark, however well treated.
        "before": None, "pleased": Group.NOT_PUT_RIGHT, "gone": None,
    }  # fmt: skip
    never = found.group == ORDER.index(Group.NEVER)
    assert 10 <= never.sum() <= 20
    assert (found.outcomes[Outcome.BOUGHT][never] >= 0).all()


def test_behaviour_counts_from_the_landmark(people: dict[str, int]) -> None:
    found = told()
    right = found.group == ORDER.index(Group.PUT_RIGHT)
    assert found.outcomes[Outcome.SPEND][right].tolist() == [40.0]
    assert found.outcomes[Outcome.STAYED][right].tolist() == [1.0]
    assert 0.0 in found.outcomes[Outcome.STAYED][found.group == ORDER.index(Group.NOT_PUT_RIGHT)]
    assert (found.covariates[Known.TENURE] > 250).all()


def test_merged_customers_are_one(people: dict[str, int]) -> None:
    before = len(told())
    Customer.objects.filter(pk=people["silent"]).update(merged_into=people["right"])
    assert group_of(told(), people, "right") is Group.PUT_RIGHT
    assert len(told()) == before - 1


def test_locked_it_counts_people_and_open_it_finds_and_can_be_found_again(
    people: dict[str, int], cast: Cast, tmp_path: Path
) -> None:
    anil = Hand(cast.anil)
    number = registered(anil, since=PLAN.since, before=PLAN.before)
    facts = report_for(anil.scope, number)
    early = compute(facts, now=facts.opens_at - DAY)
    assert early.asked == ()
    assert {one.group: one.people for one in early.sizes}[Group.PUT_RIGHT] == 1
    assert report_for(anil.scope, number).found_at is None
    steps: list[float] = []
    opened = compute(facts, now=facts.opens_at, progress=lambda _what, share: steps.append(share))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    kept = report_for(anil.scope, number)
    assert kept.found is not None
    assert same(kept.found, opened), "what is kept is what was found"
    asked = opened.of(Outcome.STAYED)
    assert asked is not None
    assert {one.said for one in asked.compared} <= {Said.TOO_FEW, Said.CANNOT_TELL}
    assert all(one.value is None for one in asked.figures if one.counted < 10)
    found, told = find(facts.plan, now=facts.opens_at)
    write(tmp_path / "out", number, facts.plan, found, told)
    plan, written, again = read(tmp_path / "out" / "report.json")
    assert same(found_of(again, plan), written)
    assert "fine" not in (tmp_path / "out" / "report.json").read_text()
    assert opened.behind[Group.PUT_RIGHT] == (Case.objects.get(customer_id=people["right"]).pk,)


def test_what_was_found_is_kept_with_its_rows_which_name_nobody(
    cast: Cast, people: dict[str, int], tmp_path: Path
) -> None:
    number = registered(Hand(cast.anil), since=PLAN.since, before=PLAN.before, seed=7)
    facts = report_for(Hand(cast.anil).scope, number)
    kept = compute(facts, now=NOW)
    with zipfile.ZipFile(io.BytesIO(file_of(READS_ALL, number, ARCHIVE))) as whole:
        whole.extractall(tmp_path)
    plan, found, again = read(tmp_path / f"paradox-{number}" / "report.json")
    assert same(found, kept)
    assert same(found_of(again, plan), kept)
    told = list(csv.DictReader(io.StringIO(gzip.decompress(file_of(READS_ALL, number, ROWS)).decode())))
    assert len(told) == len(again)
    assert {row["customer"] for row in told} == {str(at) for at in range(kept.people)}
    assert {row["group"] for row in told} >= {"never_failed", "put_right"}
