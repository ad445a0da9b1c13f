"""The pages of the insights, in one order."""

from __future__ import annotations

from django.utils.translation import gettext as _

from makegood.web.desk import Desk


def tabs(here: str, desk: Desk, query: str) -> list[dict[str, object]]:
    """Each page with its name; `query` are the filters that those with charts keep."""
    pages = [
        ("/insights/", _("Overview")), ("/insights/promises/", _("Promises")),
        ("/insights/acknowledgement/", _("First word")), ("/insights/recovery/", _("Recovery")),
        ("/insights/causes/", _("Causes")), ("/insights/places/", _("Places")),
        *([("/insights/paradox/", _("Does it keep customers?"))] if desk.scope.sees_all else []),
        ("/insights/ledger/", _("Ledger")),
        *([("/insights/surveys/", _("Surveys")), ("/insights/cost/", _("Cost"))] if desk.scope.sees_all else []),
        *([("/insights/consistency/", _("Like for like"))] if desk.compares else []),
        ("/insights/method/", _("Method")), ("/insights/targets/", _("Targets and links")),
    ]  # fmt: skip
    own = {
        "/insights/paradox/",
        "/insights/cost/", "/insights/ledger/", "/insights/surveys/", "/insights/consistency/", "/insights/method/",
        "/insights/targets/",
    }  # fmt: skip
    return [
        {"name": name, "url": url if url in own or not query else f"{url}?{query}", "current": url == here}
        for url, name in pages
    ]  # fmt: skip
