"""The one error a rule or an action raises when a move is not allowed."""

from __future__ import annotations


class Refusal(Exception):
    """An answer of no: what is wrong, where, and what to do about it.

    `code` is stable and namespaced by room ("case.not_asked"); every door maps it once.
    `message` is one or two plain sentences for the person at the desk.
    `status` says which kind of no it is, in HTTP's words: 409 the state forbids it, 422 the input is
    wrong, 403 this person may not, 404 there is no such thing for this person.
    """

    def __init__(self, code: str, message: str, *, status: int = 409, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.field = field


def invalid(code: str, message: str, *, field: str | None = None) -> Refusal:
    """The input itself is wrong; `field` names the part that must change."""
    return Refusal(code, message, status=422, field=field)


def forbidden(code: str, message: str) -> Refusal:
    """This person may not do this."""
    return Refusal(code, message, status=403)


def missing(code: str, message: str) -> Refusal:
    """There is no such thing, or none that this person may see."""
    return Refusal(code, message, status=404)
