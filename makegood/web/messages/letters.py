"""A letter to a customer as it goes to the printer: one or more pages of A4 as PDF."""

from __future__ import annotations

from django.http import HttpResponse

from makegood.cases.queries import case_for, parse_number
from makegood.conversation.queries import message_for
from makegood.conversation.rules.messages import Channel, State
from makegood.customers.queries import customer_for
from makegood.kernel.refusals import Refusal, missing
from makegood.portal.languages import language_of
from makegood.remedies.queries.plan import zone_of
from makegood.web.desk import DeskRequest, at_desk


@at_desk("GET")
def letter(request: DeskRequest, ref: str, message: int) -> HttpResponse:
    """A letter of a case, to be printed."""
    desk = request.desk
    case = case_for(desk.scope, parse_number(ref))
    found = message_for(desk.scope, message)
    if found.case_id != case.number or found.channel is not Channel.POST:
        raise missing("message.unknown", "There is no such letter.")
    if found.state is not State.SENT:
        raise Refusal("message.needs_look", "A letter that waits for a lead's look, or was taken back, is not printed.")
    customer = customer_for(desk.scope, case.customer_id)
    language = language_of("", customer.language, "")
    # Printing takes 40 MiB of memory, which a process that prints nothing is spared.
    from makegood.web.messages.printing import printed

    zone = zone_of(customer, ours=desk.organisation.zone)
    content = printed(found, house=desk.organisation.name, language=language, zone=zone)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="letter-{case.ref}-{message}.pdf"'
    return response
