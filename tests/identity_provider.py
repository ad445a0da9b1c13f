"""A company's identity provider on loopback: discovery, keys, consent, code for token, and what it knows of people."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from makegood.platform.company import Company

CLIENT, SECRET = "makegood-desk", "not-a-secret-of-anybody"


@dataclass
class Provider:
    """`person` is whoever sits before the provider's own sign-in page; `claims` changes what is said of them."""

    port: int
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    """What `userinfo` tells beyond `sub`."""
    key: RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    signs_with: RSAPrivateKey | str | None = None
    """Another key than the one that is published; "none" signs nothing at all."""
    asked: dict[str, str] = field(default_factory=dict)
    """What the last sign-in asked for."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    down: bool = False

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def company(self) -> Company:
        """As the desk is told of it."""
        return Company(issuer=self.issuer, client_id=CLIENT, secret=SECRET, name="Hill & Sons", domains=())

    @property
    def environment(self) -> dict[str, str]:
        """The settings that name it."""
        return {
            "MAKEGOOD_OIDC_ISSUER": self.issuer, "MAKEGOOD_OIDC_CLIENT_ID": CLIENT,
            "MAKEGOOD_OIDC_CLIENT_SECRET": SECRET, "MAKEGOOD_OIDC_NAME": "Hill & Sons",
        }  # fmt: skip

    def consent(self, query: str) -> str:
        """Where the browser is sent once the person has signed in there."""
        self.asked = {name: values[0] for name, values in parse_qs(query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = self.asked
        return f"{self.asked['redirect_uri']}?{urlencode({'code': code, 'state': self.asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """A token for a code, given once to the client that asked and can prove it."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])}

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": nonce}
        said |= self.person | self.claims
        if isinstance(self.signs_with, str):
            return jwt.encode(said, None, algorithm="none", headers={"kid": "k1"})
        return jwt.encode(said, self.signs_with or self.key, algorithm="RS256", headers={"kid": "k1"})

    def answer(self, path: str) -> dict[str, Any] | None:
        """What it publishes, and what it tells about the person."""
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [jwk | {"kid": "k1", "use": "sig", "alg": "RS256"}]},
            "/userinfo": {"sub": "u-1"} | self.told,
        }.get(path)  # fmt: skip


@contextmanager
def a_provider() -> Iterator[Provider]:
    """One that listens, gone afterwards."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = Provider(server.server_port)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> Provider:
        return self.server.provider  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.consent(where.query))
            self.end_headers()
            return
        self._say(None if self.provider.down else self.provider.answer(where.path), 503)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._say(self.provider.token({name: values[0] for name, values in parse_qs(body).items()}), 400)

    def _say(self, body: dict[str, Any] | None, otherwise: int) -> None:
        text = json.dumps(body or {"error": "no"}).encode()
        self.send_response(200 if body else otherwise)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
