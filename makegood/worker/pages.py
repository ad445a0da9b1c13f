"""The words of a message as they leave: with the address of the customer's own page or survey below, where it carries
one."""

from __future__ import annotations

from django.conf import settings

from makegood.conversation.actions import Carried
from makegood.conversation.rules.saying import with_page
from makegood.links.actions import link_of_message
from makegood.measurement.actions import token_of
from makegood.measurement.queries import survey_of_message
from makegood.measurement.wordings import with_survey
from makegood.worker.beside import now


def words_of(one: Carried) -> str:
    """What the message says. Its private link is worked out only here, so that none is kept in plain."""
    if not one.with_link:
        return one.text
    if one.case_id is None:
        survey = survey_of_message(one.id)
        if survey is None:
            return one.text
        return with_survey(one.text, f"{settings.BASE_URL}/s/{token_of(survey)}/", language=one.language)
    token = link_of_message(one.case_id, one.id, way=one.channel, now=now())
    return with_page(one.text, f"{settings.BASE_URL}/p/{token}/", language=one.language)
