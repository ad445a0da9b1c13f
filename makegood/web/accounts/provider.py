"""Which identity provider there is, for what only works with one."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404

from makegood.platform.company import Company


def the_company() -> Company:
    """The provider that people sign in with. Raises Http404 when there is none."""
    company: Company | None = settings.COMPANY
    if company is None:
        raise Http404
    return company
