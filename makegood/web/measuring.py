"""How long each request took: for `/metrics`, and where logs are JSON one line about each."""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.multiprocess import MultiProcessCollector

from makegood.platform.logs import REQUEST, tell

_MEASURED = CollectorRegistry()
_SECONDS = Histogram(
    "makegood_request_seconds", "How long requests took, by the pattern of their address",
    ["method", "route", "status"], registry=_MEASURED,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)  # fmt: skip
ProcessCollector(registry=_MEASURED)
# Where several processes answer at one address, each writes its numbers into a file of this folder.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
# What a proxy before us may call a request: nothing that could forge a line of a log.
_NAME = re.compile(r"[\w.:-]{1,64}")

log = logging.getLogger("makegood.request")


def measured() -> CollectorRegistry:
    """What was measured in every process of this web server; of a single one its memory and files, too."""
    if _SHARED not in os.environ:
        return _MEASURED
    every = CollectorRegistry()
    MultiProcessCollector(every)  # type: ignore[no-untyped-call]
    return every


class MeasuringMiddleware:
    """The outermost layer: sees each request come and go. Files of the browser are not counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.static = f"/{settings.STATIC_URL.lstrip('/')}"
        self.tells = settings.LOG_REQUESTS

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(self.static):
            return self.get_response(request)
        began = time.perf_counter()
        if not self.tells:
            response = self.get_response(request)
            _measure(request, response, time.perf_counter() - began)
            return response
        return self._told(request, began)

    def _told(self, request: HttpRequest, began: float) -> HttpResponse:
        """The same, with a name for the request on every line that is logged meanwhile, and one line at its end."""
        name = _name_of(request)
        mark = REQUEST.set(name)
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            route = _measure(request, response, seconds)
            response.headers["X-Request-ID"] = name
            tell(
                log, "request", method=request.method, path=_path(request, route), route=route,
                status=response.status_code, ms=round(seconds * 1000, 1), actor=_actor(request),
                address=request.META.get("REMOTE_ADDR", ""),
            )  # fmt: skip
        finally:
            REQUEST.reset(mark)
        return response


def _measure(request: HttpRequest, response: HttpResponse, seconds: float) -> str:
    """Count the request; answers the pattern of its address, "" for one that leads nowhere."""
    route = request.resolver_match.route if request.resolver_match else ""
    method = request.method if request.method in _METHODS else "other"
    _SECONDS.labels(method, route, f"{response.status_code // 100}xx").observe(seconds)
    return route


def _name_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if _NAME.fullmatch(given) else secrets.token_hex(8)


def _path(request: HttpRequest, route: str) -> str:
    """The address as it was asked for, unless something secret stands in it."""
    return route if "token" in route else request.path


def _actor(request: HttpRequest) -> str:
    """Who asked, as the journal counts them: "staff:7", "token:3", "" for nobody in particular."""
    desk, caller = getattr(request, "desk", None), getattr(request, "caller", None)
    by = desk.actor if desk is not None else caller.by if caller is not None else None
    return f"{by.kind}:{by.id}" if by is not None else ""
