"""axe-core on every page, in light and dark, wide and narrow: no violation of WCAG 2.2 A or AA."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import Resolver404, resolve

from makegood.web.urls import urlpatterns
from tests.browser.axe import judged
from tests.browser.pages import pages_of
from tests.browser.person import Person
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
# What opens over a page: the key that opens it, and the element that is then there.
OVER = {"p": "#new-promise", "?": "#key-sheet", "Control+k": "#palette"}

# What is fetched into a page, only sent to, saved as a file, leads on to a page, or is read by machines.
NO_PAGE = {
    "cases/<case:ref>/notes/",
    "", "today/queue/", "today/line/", "promises/when/", "promises/who/", "promises/<int:number>/panel/",
    "cases/<case:ref>/panel/", "cases/<case:ref>/reported/", "views/<slug:slug>/", "live/", "live/views/",
    "promises/import/files/<int:number>/rejects.csv", "promises/import/<int:number>/rejects.csv",
    "incidents/<int:number>/dry-run.csv", "insights/ledger.csv", "settings/playbooks/<slug:slug>/download/",
    "settings/owed/<slug:slug>/download/", "settings/causes.yaml", "healthz", "metrics", "messages/files/<int:number>/",
    "messages/<int:number>/html/", "messages/<int:number>/raw/", "cases/<case:ref>/letters/<int:message>.pdf",
    "settings/mailboxes/signed-in/", "settings/mailboxes/<int:number>/sign-in/", "causes.csv",
    "experiments/<int:number>.csv", "insights/<chart:key>.csv", "insights/cost.csv", "insights/cost/rows.csv",
    "insights/paradox/<int:number>.csv", "insights/paradox/<int:number>/archive.zip",
    "insights/paradox/<int:number>/rows.csv", "insights/paradox/dictionary.csv", "insights/report.pdf",
    "insights/surveys.csv",
    "insights/shared/<slug:token>/", "insights/worth/",
}  # fmt: skip
# Pages of a file that was brought: judged in tests/browser/test_import.py.
OF_A_FILE = {"promises/import/files/<int:number>/", "promises/import/<int:number>/"}
# Pages of what is set up for the test that judges them, and taken away again, below.
SET_UP = {
    "settings/owed/<slug:slug>/", "settings/owed/<slug:slug>/edit/", "settings/webhooks/<int:number>/",
    "settings/mailboxes/<int:number>/", "settings/lines/<int:number>/", "settings/words/<int:number>/",
}  # fmt: skip


def test_no_page_is_forgotten(stage: Stage) -> None:
    """A new page belongs into tests/browser/pages.py, or is judged elsewhere and named above."""
    judged_here = {route for path in pages_of(stage) for route in _routes(path)}
    every = {str(one.pattern) for one in urlpatterns if _answers_get(one.callback)}
    assert every - judged_here == NO_PAGE | OF_A_FILE | SET_UP


def _routes(path: str) -> Iterator[str]:
    try:
        yield resolve(path.partition("?")[0]).route
    except Resolver404:
        return


def _answers_get(view: Callable[..., Any]) -> bool:
    return "GET" in inspect.getclosurevars(view).nonlocals.get("methods", ("GET",))


def test_axe_looks(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.page.evaluate("document.querySelector('#main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert judged(mara.page) == ["button-name: <button></button>"]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(stage: Stage, seat: Seat, scheme: str, width: int) -> None:
    ada = seat("ada", width=width, color_scheme=scheme)
    found = {path: violations(ada, path) for path in pages_of(stage)}
    assert {path: what for path, what in found.items() if what} == {}


def a_line(ada: Person, stage: Stage) -> str:
    """The page of a line for text messages, added by hand."""
    ada.open("/settings/lines/new/")
    for name, words in (("name", "Texts"), ("number", "+44 20 7946 0118"), ("account", "AC1"), ("secret", "token")):
        ada.page.locator(f"#f-{name}").fill(words)
    ada.page.get_by_role("button", name="Add", exact=True).click()
    ada.sees("Messages may leave by it")
    return ada.page.url.removeprefix(stage.url)


def test_what_was_set_up(stage: Stage, seat: Seat) -> None:
    ada, api = seat("ada"), stage.api("ada")
    hook = api.post("/webhooks", {"name": "The shop", "url": "https://shop.example/hook"}, 201)["id"]
    ada.open("/settings/owed/new/?policy=uk-delay-repay&kind=repair")
    ada.click("Save")
    ada.sees("It speaks of")
    bound = ada.page.url.removeprefix(stage.url)
    box = api.post("/mailboxes", {"name": "Care", "address": "care@desk.example"}, 201)["id"]
    line = a_line(ada, stage)
    paths, found = (
        f"/settings/webhooks/{hook}/", f"/settings/mailboxes/{box}/", line, "/settings/mailboxes/", bound,
        f"{bound}edit/",
    ), {}  # fmt: skip
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            person = seat("ada", width=width, color_scheme=scheme)
            found |= {(path, scheme, width): violations(person, path) for path in paths}
    api.post(f"/webhooks/{hook}/remove")
    api.post(f"/mailboxes/{box}/remove")
    ada.open(line)
    ada.click("Remove")
    ada.open(bound)
    ada.click("Take it out of force")
    assert {page: what for page, what in found.items() if what} == {}


def test_what_opens_over_a_page(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara")
    for key, over in OVER.items():
        mara.open("/today/")
        mara.press(key)
        mara.page.locator(over).wait_for(state="visible")
        assert judged(mara.page) == [], key


def test_what_opens_over_a_list(stage: Stage, seat: Seat) -> None:
    pages_of(stage)
    mara = seat("mara")
    for part in ("owner", "when", "cause"):
        mara.open("/cases/")
        mara.page.locator(f"td a[href$='/change/{part}/']").first.click()
        mara.page.locator("#pop:popover-open form").last.wait_for(state="visible")
        assert judged(mara.page) == [], part


def test_the_door(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.context.clear_cookies()
    assert violations(mara, "/accounts/login/") == []
    mara.click("Sign in")
    mara.sees("There is a problem")
    assert judged(mara.page) == []


def violations(person: Person, path: str) -> list[Any]:
    """What axe finds on a page."""
    person.open(path)
    return judged(person.page)
