"""Signing in: with the company's provider, by a link of the command line, and not by a password where those are off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

from makegood.config.identity import company_provider
from makegood.people.models import Staff
from makegood.web.accounts.once import link_for
from tests.doors.desk_client import AtDesk, text
from tests.factories import PASSWORD, Cast, make_cast, make_staff
from tests.identity_provider import Provider, a_provider

pytestmark = pytest.mark.django_db
ANOTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def provider(settings: Any, cast: Cast) -> Iterator[Provider]:
    """The company's provider, before which Mara sits."""
    with a_provider() as provider:
        settings.COMPANY = provider.company
        settings.SOCIALACCOUNT_PROVIDERS = company_provider(provider.company)
        provider.person = {"email": cast.mara.email, "email_verified": True}
        yield provider


def come(provider: Provider, client: Client | None = None, **query: str) -> tuple[Client, HttpResponse]:
    """Press the button, sign in over there, come back."""
    client = client or Client()
    sent = client.get("/accounts/company/", query)
    assert sent.status_code == 302, text(sent)  # type: ignore[arg-type]
    back = urlsplit(provider.consent(urlsplit(sent["Location"]).query))
    return client, client.get(back.path, {name: values[0] for name, values in parse_qs(back.query).items()})  # type: ignore[return-value]


def who(client: Client) -> str:
    """Who is signed in, "" when nobody is."""
    return str(client.session.get("_auth_user_id", ""))


def test_the_sign_in_page_offers_the_provider_first(provider: Provider) -> None:
    page = text(Client().get("/accounts/login/?next=/cases/"))  # type: ignore[arg-type]
    assert page.index("Sign in with Hill & Sons") < page.index("Password")
    assert b"/accounts/company/?next=%2Fcases%2F" in Client().get("/accounts/login/?next=/cases/").content


def test_staff_come_in_and_get_where_they_were_going(cast: Cast, provider: Provider) -> None:
    client, answer = come(provider, next="/cases/")
    assert (answer.status_code, answer["Location"]) == (302, "/cases/")
    assert who(client) == str(cast.mara.pk)
    assert client.get("/today/").status_code == 200


def test_state_nonce_and_proof_key_are_asked_for_and_nothing_else_can_be(provider: Provider) -> None:
    come(provider, scope="admin", auth_params="redirect_uri=https://evil.example&nonce=mine", process="connect")
    asked = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 16
    assert len(asked["nonce"]) == 43
    assert sorted(asked["scope"].split()) == ["email", "openid", "profile"]
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/accounts/company/callback/"


def test_a_password_that_is_there_stays(cast: Cast, provider: Provider) -> None:
    both = make_staff("Bea Both", password=PASSWORD)
    provider.person["email"] = both.email.upper()
    client, _ = come(provider)
    assert who(client) == str(both.pk)
    both.refresh_from_db()
    assert both.check_password(PASSWORD)


def test_an_address_nobody_has_added_is_told_what_to_do(provider: Provider) -> None:
    provider.person["email"] = "new@shop.example"
    client, answer = come(provider)
    assert answer.status_code == 403
    assert "new@shop.example" in text(answer)
    assert "Ask an administrator" in text(answer)
    assert who(client) == ""
    assert not Staff.objects.filter(email="new@shop.example").exists()


def test_letters_that_only_look_alike_are_others(cast: Cast, provider: Provider) -> None:
    make_staff("Iris", email="iris@shop.example")
    provider.person["email"] = "ıris@shop.example"
    client, answer = come(provider)
    assert (answer.status_code, who(client)) == (403, "")


@pytest.mark.parametrize("said", [False, None, "false", "no", 0])
def test_an_address_that_is_not_verified_is_not_believed(provider: Provider, said: Any) -> None:
    provider.person["email_verified"] = said
    client, answer = come(provider)
    assert answer.status_code == 403
    assert "not verified" in text(answer)
    assert who(client) == ""


def test_silence_counts_as_verified_in_the_companys_own_domains(cast: Cast, provider: Provider, settings: Any) -> None:
    del provider.person["email_verified"]
    assert who(come(provider)[0]) == ""
    domain = cast.mara.email.partition("@")[2]
    settings.COMPANY = type(provider.company)(
        issuer=provider.issuer, client_id="x", secret="y", name="H", domains=(domain,)
    )
    assert who(come(provider)[0]) == str(cast.mara.pk)
    provider.person["email_verified"] = False
    assert who(come(provider)[0]) == ""


def test_the_provider_is_asked_for_what_its_token_leaves_out(cast: Cast, provider: Provider) -> None:
    provider.person = {}
    provider.told = {"email": cast.mara.email, "email_verified": True}
    assert who(come(provider)[0]) == str(cast.mara.pk)
    provider.told["sub"] = "somebody-else"
    assert come(provider)[1].status_code == 502


def test_another_address_cannot_borrow_a_verified_one(cast: Cast, provider: Provider) -> None:
    provider.person = {"email": cast.ada.email}
    provider.told = {"email": cast.mara.email, "email_verified": True}
    assert who(come(provider)[0]) == str(cast.mara.pk)


def test_whoever_was_let_go_stays_out(cast: Cast, provider: Provider) -> None:
    Staff.objects.filter(pk=cast.mara.pk).update(is_active=False)
    client, answer = come(provider)
    assert (answer.status_code, who(client)) == (403, "")
    assert "closed" in text(answer)


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "another"}, {"iss": "http://evil.example"}, {"exp": 1}, {"azp": "another"}],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_for_another_occasion_is_refused(provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    client, answer = come(provider)
    assert answer.status_code in (400, 502)
    assert who(client) == ""


@pytest.mark.parametrize("key", [ANOTHER_KEY, "none"], ids=["forged", "unsigned"])
def test_a_token_without_the_providers_signature_is_refused(provider: Provider, key: Any) -> None:
    provider.signs_with = key
    client, answer = come(provider)
    assert (answer.status_code, who(client)) == (502, "")


def test_a_sign_in_begun_elsewhere_is_not_finished_here(provider: Provider) -> None:
    back = urlsplit(provider.consent(urlsplit(Client().get("/accounts/company/")["Location"]).query))
    stranger = Client()
    answer = stranger.get(f"{back.path}?{back.query}")
    assert answer.status_code == 400
    assert "Begin again" in text(answer)  # type: ignore[arg-type]
    assert who(stranger) == ""


def test_a_code_works_once(provider: Provider) -> None:
    client = Client()
    back = urlsplit(provider.consent(urlsplit(client.get("/accounts/company/")["Location"]).query))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert client.get(f"{back.path}?{back.query}").status_code == 400


def test_turning_back_and_a_provider_that_is_down_are_told(provider: Provider) -> None:
    client = Client()
    state = parse_qs(urlsplit(client.get("/accounts/company/")["Location"]).query)["state"][0]
    turned = client.get("/accounts/company/callback/", {"error": "access_denied", "state": state})
    assert "turned back at Hill & Sons" in text(turned)  # type: ignore[arg-type]
    provider.down = True
    answer = client.get("/accounts/company/")
    assert answer.status_code == 502
    assert "Try again in a minute" in text(answer)  # type: ignore[arg-type]


def test_without_a_provider_there_is_no_such_door(db: None) -> None:
    assert "Sign in with" not in text(Client().get("/accounts/login/")).replace("Sign in with a passkey", "")  # type: ignore[arg-type]
    assert Client().get("/accounts/company/").status_code == 404
    assert Client().get("/accounts/company/callback/").status_code == 404


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "3rdparty/", "oidc/company/login/"]
)
def test_doors_that_nobody_needs_are_shut(db: None, path: str) -> None:
    assert Client().get(f"/accounts/{path}").status_code == 404


@pytest.fixture
def without_passwords(settings: Any, provider: Provider) -> None:
    settings.PASSWORDS = False
    settings.AUTHENTICATION_BACKENDS = ["makegood.web.accounts.adapters.WithoutPasswords"]


@pytest.mark.usefixtures("without_passwords")
def test_where_passwords_are_off_none_is_looked_at(cast: Cast, provider: Provider) -> None:
    person = make_staff("Bea Both", password=PASSWORD)
    client = Client()
    assert "Password" not in text(client.get("/accounts/login/"))  # type: ignore[arg-type]
    assert client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 403
    assert not client.login(username=person.email, password=PASSWORD)
    came, _ = come(provider)
    assert came.get("/today/").status_code == 200
    assert came.get("/accounts/password/change/").status_code == 403
    assert came.get("/accounts/2fa/webauthn/add/").status_code == 200, "they have just shown who they are"


@pytest.mark.usefixtures("without_passwords")
def test_where_passwords_are_off_the_provider_is_asked_once_more(cast: Cast, provider: Provider) -> None:
    person = make_staff("Bea Both", password=PASSWORD)
    client = Client()
    client.force_login(person)
    asked = client.get("/accounts/2fa/webauthn/add/")
    provider.person["email"] = person.email
    sent = client.get(asked["Location"])
    assert parse_qs(urlsplit(sent["Location"]).query)["prompt"] == ["login"]
    back = urlsplit(provider.consent(urlsplit(sent["Location"]).query))
    answer = client.get(f"{back.path}?{back.query}")
    assert answer["Location"] == "/accounts/2fa/webauthn/add/"
    assert client.get(answer["Location"]).status_code == 200


def test_a_session_that_a_password_began_ends_with_passwords(cast: Cast, settings: Any) -> None:
    mara = AtDesk(cast.mara)
    assert mara.get("/today/").status_code == 200
    settings.AUTHENTICATION_BACKENDS = ["makegood.web.accounts.adapters.WithoutPasswords"]
    assert mara.get("/today/").status_code == 303


def path_of(link: str) -> str:
    return urlsplit(link).path


def test_a_link_from_the_command_line_lets_in_once(cast: Cast) -> None:
    path, client = path_of(link_for(cast.ada.pk)), Client()
    assert "Ada Osei" in text(client.get(path))  # type: ignore[arg-type]
    assert who(client) == "", "opening it is not enough: programs follow links"
    assert client.post(path)["Location"] == "/settings/you/"
    assert who(client) == str(cast.ada.pk)
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200
    for again in (client, Client()):
        assert again.get(path).status_code == 410
        assert again.post(path).status_code == 410


def test_a_link_is_for_one_person_of_now(cast: Cast, settings: Any) -> None:
    path = path_of(link_for(cast.ada.pk))
    assert Client().post(path.replace(f"/{cast.ada.pk}/", f"/{cast.mara.pk}/", 1)).status_code == 410
    Staff.objects.filter(pk=cast.ada.pk).update(is_active=False)
    assert Client().post(path).status_code == 410
    Staff.objects.filter(pk=cast.ada.pk).update(is_active=True)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().post(path).status_code == 410


def test_whoever_has_no_password_is_told_so(cast: Cast) -> None:
    answer = AtDesk(cast.mara).get("/accounts/password/change/")
    assert answer.status_code == 403
    assert "without a password" in text(answer)


@pytest.mark.parametrize("path", ["", "webauthn/", "totp/activate/", "webauthn/add/"])
def test_passkeys_and_codes_are_found_from_ones_own_desk(cast: Cast, path: str) -> None:
    mara = AtDesk(cast.mara)
    assert "/accounts/2fa/" in mara.get("/settings/you/").content.decode()
    assert mara.get(f"/accounts/2fa/{path}").status_code == 200
