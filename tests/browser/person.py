"""A person at the desk, in Chromium: what they press and type, and what they see."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Response, expect, sync_playwright

from tests.browser.hiring import CAST, PASSWORD, email
from tests.browser.stage import Stage

SWITCHES = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
LIVE = 3_000
"""Within so many ms an open page follows what happened, by the promise we make to staff."""
PATIENCE = 8_000
"""Longer than any step takes; a slow machine is not what these tests are about."""


def has_browser() -> str | None:
    """Where Chromium is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium, started and ended."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=has_browser(), args=SWITCHES)
        yield browser
        browser.close()


class Person:
    """Somebody signed in at a browser of their own. What the browser complains of fails the test."""

    def __init__(self, browser: Browser, stage: Stage, key: str, *, width: int = 1440, **how: Any) -> None:
        self.stage, self.name, self.key = stage, CAST[key]["name"], key
        self.complaints: list[str] = []
        self.awaited: set[Any] = set()
        self.arrivals = 0
        how.setdefault("reduced_motion", "reduce")
        self.context = browser.new_context(
            base_url=stage.url, viewport={"width": width, "height": 900}, locale="en-GB",
            timezone_id="Europe/London", storage_state=stage.states.get(key), **how,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE)
        self._watch()
        self.page: Page = self.context.new_page()
        self.page.on("domcontentloaded", lambda _page: self._came())
        if key not in stage.states:
            self.sign_in()

    def sign_in(self) -> None:
        """Sign in by the form, and remember the cookies for the next time."""
        self.page.goto("/today/")
        self.page.get_by_label(re.compile("^E-?mail")).fill(email(self.key))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(re.compile("/today/"))
        self.stage.states[self.key] = self.context.storage_state()

    def open(self, path: str) -> Response | None:
        """Open an address of the desk."""
        return self.page.goto(path)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, words: str, within: Locator | None = None) -> None:
        """Press the button that says this."""
        (within or self.page).get_by_role("button", name=words).first.click()

    def sees(self, words: str | re.Pattern[str], within: str = "body", **how: Any) -> None:
        """This is shown, or soon is."""
        expect(self.page.locator(within)).to_contain_text(words, timeout=PATIENCE, **how)

    def misses(self, words: str, within: str = "body") -> None:
        """This is not shown."""
        expect(self.page.locator(within)).not_to_contain_text(words, timeout=PATIENCE)

    def finds(self, group: str, words: str, timeout: int = PATIENCE) -> Locator:
        """The row in a group of Today that says this: "broken", "at_risk" or "waiting"."""
        row = self.page.locator(f"section:has(> #h-{group}) .case-row", has_text=words)
        expect(row.first).to_be_visible(timeout=timeout)
        return row.first

    def opens(self, group: str, words: str) -> None:
        """Click a row of Today, and have its panel there."""
        self.finds(group, words).click()
        expect(self.page.locator("#case[data-case]:not([aria-busy])")).to_be_visible()

    def records(self, action: str, **typed: str) -> None:
        """Fill in and send the form of the page that goes to `action`, such as "steps/own" or "answer"."""
        form = self.page.locator(f'main form[action$="/{action}/"]').first
        fold = self.page.locator(f'main details:not([open]):has(form[action$="/{action}/"]) > summary')
        if not form.is_visible() and fold.count():
            fold.last.click()
        for name, value in typed.items():
            field = form.locator(f'[name="{name}"]')
            if field.first.get_attribute("type") == "radio":
                form.locator(f'[name="{name}"][value="{value}"]').check()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        # The next deed begins on the page that this one draws.
        before = self.arrivals
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            form.locator("button[type=submit]").first.click()
        if answer.value.request.is_navigation_request():
            self._arrives(after=before)
        self.settles()

    def settles(self) -> None:
        """Wait until nothing that was asked for is still on its way or being put into the page."""
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)

    def keeps(self, words: str) -> None:
        """Press "Kept" at a promise of the open case."""
        ahead = self.page.locator("#case .tl .ahead", has_text=words)
        ahead.get_by_role("button", name="Kept").click()
        expect(ahead).to_have_count(0)
        self.settles()

    def leave(self) -> None:
        """Close the browser once it has its answers, and tell what it complained of."""
        for _ in range(2_000 // 50):
            if not self.awaited:
                break
            self.page.wait_for_timeout(50)
        self.context.close()
        assert self.complaints == []

    def _arrives(self, after: int) -> None:
        """Wait for the page to which a form without script leads: until it is there, the old one still answers."""
        for _ in range(PATIENCE // 20):
            if self.arrivals > after:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{self.name}'s form led to no page within {PATIENCE} ms")

    def _came(self) -> None:
        self.arrivals += 1

    def _watch(self) -> None:
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda fault: self.complaints.append(f"page error: {fault.error}"))
        self.context.on("request", self._asked)
        self.context.on("requestfinished", lambda request: self.awaited.discard(request))
        self.context.on("requestfailed", lambda request: self.awaited.discard(request))

    def _heard(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        self.awaited.add(request)
        self.awaited.discard(request.redirected_from)
        if not request.url.startswith((self.stage.url, "data:", "blob:")):
            self.complaints.append(f"asked another origin: {request.url}")
