"""Signing in as people do: over to the company's provider and back, and with a passkey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import judged
from tests.browser.hiring import PASSWORD, email
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(stage: Stage, chromium: Browser) -> Iterator[Page]:
    """A browser that nobody is signed in at. At a name, not a number: keys belong to names."""
    context = chromium.new_context(
        base_url=stage.url.replace("127.0.0.1", "localhost"), viewport={"width": 1440, "height": 900},
        reduced_motion="reduce", locale="en-GB",
    )  # fmt: skip
    context.set_default_timeout(8_000)
    complaints: list[str] = []
    context.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
    context.on("weberror", lambda fault: complaints.append(str(fault.error)))
    yield context.new_page()
    context.close()
    assert complaints == []


@pytest.fixture
def key(page: Page) -> Any:
    """A device with a key in it, whose owner's finger is always there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    number = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    return session, number


def sign_in_with_password(page: Page, who: str) -> None:
    page.goto("/accounts/login/?next=/settings/you/")
    page.get_by_label(re.compile("^E-?mail")).fill(email(who))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_over_to_the_provider_and_back(stage: Stage, page: Page) -> None:
    stage.provider.person = {"email": email("mara"), "email_verified": True}
    page.goto(f"{stage.url}/promises/")
    page.get_by_role("link", name="Sign in with Hill & Sons").click()
    expect(page).to_have_url(f"{stage.url}/promises/")
    expect(page.locator("body")).to_contain_text("Mara Silva")


def test_somebody_unknown_is_told_what_to_do(stage: Stage, page: Page) -> None:
    stage.provider.person = {"email": "new@shop.example", "email_verified": True}
    page.goto(f"{stage.url}/accounts/login/")
    page.get_by_role("link", name="Sign in with Hill & Sons").click()
    expect(page.locator("main")).to_contain_text("Ask an administrator of this desk to add you")
    assert judged(page) == []
    page.get_by_role("link", name="Back to signing in").click()
    assert judged(page) == []


def test_a_passkey_is_made_used_alone_and_taken_away(page: Page, key: Any) -> None:
    sign_in_with_password(page, "mara")
    page.get_by_role("link", name="Passkeys and codes").click()
    assert judged(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What you call it").fill("My laptop")
    assert judged(page) == []
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("h1")).to_have_text("Spare codes")
    assert judged(page) == []

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/cases/")
    assert judged(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"\d/cases/$"))

    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator(".own-keys")).to_contain_text("My laptop")
    assert judged(page) == []
    page.set_viewport_size(PHONE)
    expect(page.locator(".own-keys li")).to_be_visible()
    page.get_by_role("link", name="Remove My laptop").click()
    page.get_by_role("link", name="Use a security key").click()
    assert judged(page) == []
    page.get_by_role("button", name="Use a key").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".own-keys")).to_contain_text("You have no key yet")


def test_a_key_is_asked_for_after_the_password(page: Page, key: Any) -> None:
    sign_in_with_password(page, "lena")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("h1")).to_have_text("Spare codes")

    page.context.clear_cookies()
    sign_in_with_password(page, "lena")
    expect(page.locator("h1")).to_have_text("Is it you?")
    assert judged(page) == []
    page.get_by_role("button", name="Use a key").click()
    expect(page).to_have_url(re.compile(r"\d/settings/you/$"))

    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name=re.compile("^Remove")).click()
    page.get_by_role("link", name="Use a security key").click()
    assert judged(page) == []
    page.get_by_role("button", name="Use a key").click()
    page.get_by_role("button", name="Remove it").click()


def test_a_key_that_is_not_given_is_said_in_words(page: Page, key: Any) -> None:
    session, number = key
    session.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey was not used")


def test_at_a_number_no_passkey_is_offered(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
