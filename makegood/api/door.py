"""The door itself: lets callers in, does each thing once, and says no in one form (RFC 9457)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any, cast

import msgspec
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer

from makegood.api.caller import ApiRequest, identify, let_in, let_write, recognise
from makegood.api.forms import unknown_field
from makegood.api.wire import wire_schemas
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.platform import idempotency
from makegood.platform.http import PROBLEM, media_type, parse_json, problem, read_body

BODY_LIMIT = 16 * 2**20
JSON = "application/json"
_log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


class Fault(Schema):
    """One of several faults of a request."""

    field: str
    message: str


class Problem(Schema):
    """Why the answer is no (RFC 9457). `code` is stable; `detail` says what is wrong and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    field: str | None = None
    errors: list[Fault] | None = None


class Bearer(HttpBearer):
    """Names the token in the schema; `guarded` has read it before."""

    def __call__(self, request: HttpRequest) -> Any:
        return cast(ApiRequest, request).caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not asked: `__call__` answers."""
        return cast(ApiRequest, request).caller


class _Reader(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        kind = media_type(request)
        if kind != JSON and not kind.endswith("+json"):
            raise Refusal("http.not_json", f"Send JSON and say so: Content-Type: {JSON}.", status=415)
        return parse_json(request.body)


class _Writer(BaseRenderer):
    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data)


class Door(NinjaAPI):
    """Django Ninja with our errors in its answers and its schema."""

    def get_content_type(self) -> str:
        """JSON is UTF-8 and takes no charset (RFC 8259)."""
        return JSON

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The schema; every operation may answer with a problem, every POST may be sent twice."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"] |= {**_component(Problem), **wire_schemas()}
        refused = {"description": "Refused", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        for path in schema["paths"].values():
            for method, operation in path.items():
                operation["responses"]["default"] = refused
                if method == "post":
                    operation["parameters"] = [*operation["parameters"], _ONCE]
        return schema

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Faults as Ninja tells them, an unknown field with the known one it most resembles."""
        known = {name for context in error_contexts for name in _fields(context.model)}
        found = super().validation_error_from_error_contexts(error_contexts)
        for fault in found.errors:
            if fault["type"] == "extra_forbidden":
                fault["msg"] = unknown_field(str(fault["loc"][-1]), known)
        return found


_ONCE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "The same key with the same request gives the same answer and does nothing again, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def told(value: Any, *, status: int = 200) -> HttpResponse:
    """An answer that has the form its schema says already: not read and checked a second time on its way out."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type=JSON)


def _component(model: type[Schema]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), model.__name__: schema}


def _fields(model: Any) -> set[str]:
    """The names of the fields of the bodies that a Ninja parameter model holds."""
    bodies = (field.annotation for field in model.model_fields.values())
    return {name for body in bodies for name in getattr(body, "model_fields", {})}


api = Door(
    title="Makegood",
    version="1",
    description="Promises, and the recovery of those that broke. See docs/api.md.",
    # The pages that Ninja offers run inline scripts, which our content security policy forbids.
    docs_url=None,
    auth=Bearer(),
    parser=_Reader(),
    renderer=_Writer(),
)


def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return problem(request, refusal)


def _unreadable(request: HttpRequest, fault: Any) -> HttpResponse:
    """Ninja hides what reading the body raised behind an error of its own."""
    if isinstance(fault.__cause__, Refusal):
        return problem(request, fault.__cause__)
    raise fault


def _invalid(request: HttpRequest, fault: Any) -> HttpResponse:
    errors = [{"field": _where(error["loc"]), "message": _said(error)} for error in fault.errors]
    first = errors[0]
    refusal = invalid("input.invalid", first["message"], field=first["field"] or None)
    return problem(request, refusal, errors=errors)


_TAGS = frozenset({"body", "query", "path", "header", "form", "payload", "by id", "by key", "described"})


def _where(loc: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in loc if part not in _TAGS)


def _said(error: Mapping[str, Any]) -> str:
    message: str = error["msg"]
    if error["type"] == "missing":
        message = "This is missing." if _where(error["loc"]) else "Send a JSON object."
    return message if message.endswith((".", "?")) else f"{message}."


api.add_exception_handler(Refusal, _refused)
api.add_exception_handler(HttpError, _unreadable)
api.add_exception_handler(ValidationError, _invalid)


def _raised(request: HttpRequest, fault: Any) -> HttpResponse:
    raise fault


api.add_exception_handler(Exception, _raised)


def at_once(run: Any) -> View:
    """Ninja's way to run an operation, without checks that `guarded` has made and an answer begun before there is one.

    That took a tenth of the time of a small request. To be added to the API before its routers.
    """
    operation = run.__self__

    @wraps(run)
    def answer(request: HttpRequest, **where: Any) -> Any:
        try:
            result = operation.view_func(request, **operation._get_values(request, where, None))
            if isinstance(result, HttpResponse):
                return result
            return operation._result_to_response(request, result, api.create_temporal_response(request))
        except Exception as fault:
            return api.on_exception(request, fault)

    return answer


def guarded(view: View, *, is_open: bool = False) -> View:
    """A view that answers every mistake with a problem, and lets only bearers of a token in unless `is_open`."""

    @wraps(view)
    def answer(request: HttpRequest, **where: Any) -> HttpResponse:
        try:
            # Refuses a name that is not ours, as Django's own middleware does for pages.
            request.get_host()
            response = view(request, **where) if is_open else _answered(view, cast(ApiRequest, request), where)
            return _wrong_method(request, response) if response.status_code == 405 else response
        except Refusal as refusal:
            return _challenge(problem(request, refusal))
        except RecursionError:
            return problem(request, invalid("json.too_deep", "The JSON is nested too deeply."))
        except Http404:
            return unknown_address(request)
        except SuspiciousOperation:
            return problem(request, Refusal("http.bad_request", "The request cannot be read.", status=400))
        except Exception:
            _log.exception("The API failed on %s %s", request.method, request.path)
            sorry = "Something broke on our side and nothing was changed. It is in the log; please try again."
            return problem(request, Refusal("server.fault", sorry, status=500))

    return answer


# What begins, as a rule, with a statement that looks at the token by the way: to look it up before that was up to half
# of the ways to the server.
_LOOKS_ITSELF = frozenset(("POST", f"/api/v1/{what}") for what in ("promises", "facts", "cases"))


def _answered(view: View, request: ApiRequest, where: Mapping[str, Any]) -> HttpResponse:
    request.now = timezone.now()
    if _looks_itself(request) and recognise(request):
        with suppress(Refusal):
            _admit(request)
            response = view(request, **where)
            if response.status_code < 300:
                return response
        # Whatever is wrong, nothing was done: it is looked at anew, beginning with who calls.
    identify(request)
    _admit(request)
    return _once(view, request, where)


def _looks_itself(request: HttpRequest) -> bool:
    # With a key, an answer from memory may be given, which wants to know who asks; what is sent in chunks is read once.
    unusual = {"HTTP_IDEMPOTENCY_KEY", "HTTP_TRANSFER_ENCODING"} & request.META.keys()
    return (request.method, request.path_info) in _LOOKS_ITSELF and not unusual


# What analysts write, who do none of the work: each of these asks for the ability to measure.
_MEASURES = re.compile(
    r"/api/v1/(experiments(/.*)?|report/paradox(/[0-9]+/looks)?|report/cost/rate|improvements/[0-9]+/costs)"
)


def _admit(request: ApiRequest) -> None:
    if "%00" in request.META.get("QUERY_STRING", ""):
        raise invalid("query.not_text", "A NUL character (%00) cannot be looked for.")
    let_in(request)
    if request.method == "POST":
        let_write(request.caller, measuring=_MEASURES.fullmatch(request.path_info) is not None)
        read_body(request, limit=BODY_LIMIT)


def _once(view: View, request: ApiRequest, where: Mapping[str, Any]) -> HttpResponse:
    """Answer; a POST with an Idempotency-Key from memory when it was done before."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY") if request.method == "POST" else None
    if key is None:
        return view(request, **where)
    caller = f"token {request.caller.token.id}"
    mark = idempotency.fingerprint("POST", request.get_full_path(), request.body)
    with transaction.atomic():
        held = idempotency.claim(caller=caller, key=key, mark=mark, now=request.now)
        if held is not None:
            headers = {"Idempotency-Replayed": "true"}
            return HttpResponse(held.body, status=held.status, content_type=JSON, headers=headers)
        response = view(request, **where)
        if response.status_code < 300:
            answer = idempotency.Answer(response.status_code, response.content.decode())
            idempotency.settle(answer, caller=caller, key=key)
        else:
            # Nothing was done, so that there is nothing to do only once: it may be put right and sent again.
            transaction.set_rollback(True)
        return response


def _wrong_method(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    answer = problem(request, Refusal("http.wrong_method", f"This address answers {allowed}.", status=405))
    answer.headers["Allow"] = allowed
    return answer


def _challenge(response: HttpResponse) -> HttpResponse:
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="makegood"'
    return response


def unknown_address(request: HttpRequest, **where: Any) -> HttpResponse:
    """Any address below the door that means nothing."""
    return problem(request, missing("http.unknown_address", "There is nothing at this address. See docs/api.md."))
