"""What the tests of a case at the desk share: the case."""

from __future__ import annotations

from datetime import UTC, datetime

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.conversation.models import Mailbox
from makegood.customers import actions as customers
from makegood.customers.models import ContactPoint
from makegood.promises.models import Kind
from tests.factories import NOW, Cast, actor
from tests.rooms.casework import Hand

DANA = "dana@home.example"


def a_delivery(cast: Cast, *, taken: bool = False) -> Case:
    """A delivery that went wrong, of the team Care, owned by Mara, who has `taken` it up or not."""
    now = datetime.now(UTC)
    Kind.objects.filter(slug="delivery").update(team=cast.care)
    customer_id = customers.add("Dana Okafor", by=actor(cast.mara), now=now)
    number = cases.report_failure(
        customer_id=customer_id, kind="delivery", what="Two of six pieces did not arrive", **Hand(cast.lena).at(now)
    ).number  # fmt: skip
    Case.objects.filter(pk=number).update(owner=cast.mara, taken_at=now if taken else None)
    return Case.objects.get(pk=number)


def a_delivery_by_mail(cast: Cast) -> Case:
    """The same, taken up by Mara; its customer has a mail address, and the desk a mailbox to write from."""
    made = a_delivery(cast, taken=True)
    ContactPoint.objects.create(customer=made.customer, channel="email", value=DANA)
    Mailbox.objects.create(name="Care", address="care@desk.example", made_at=NOW, smtp_host="mail.example")
    return made
