"""Settings that are written as text: YAML that is checked, shown where it goes wrong, saved, brought in as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.web.answers import done
from makegood.web.desk import DeskRequest
from makegood.web.tables import number_or_none

T = TypeVar("T")
T_in = TypeVar("T_in", contravariant=True)
_MOST_BYTES = 5 * 1024 * 1024


class Save(Protocol[T_in]):
    """Make what was read the next version. Returns its number."""

    def __call__(self, read: T_in, /, *, source: str, based_on: int, note: str, by: Actor, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing(Generic[T]):
    """A setting that is written as text: how it is called, how it is read (which raises Refusal), what is said of it
    then, how it is saved, and where it is seen."""

    label: str
    lead: str
    read: Callable[[str], T]
    reads: Callable[[T], str]
    save: Save[T]
    address: Callable[[T], str]


def write(request: DeskRequest, what: Writing[T], values: dict[str, Any], *, title: str, back: str) -> HttpResponse:
    """The text in a form, with what is wrong with it; sent, it is checked, or saved as the next version."""
    require(request.desk.actor, Ability.SET_REMEDIES)
    errors: dict[str, str] = {}
    near: list[dict[str, Any]] = []
    reads = ""
    if request.method == "POST":
        values = request.POST.dict()
        try:
            read = what.read(values.get("source", ""))
            if "check" not in values:
                return _saved(request, what, read, values)
            reads = what.reads(read)
        except Refusal as no:
            errors, near = {"source": no.message}, _around(no, values)
    context = {
        "title": title, "values": values, "errors": errors, "near": near, "reads": reads, "back": back,
        "lead": what.lead, "label": what.label,
    }  # fmt: skip
    return render(request, "web/settings/text_edit.html", context, status=422 if errors else 200)


def _saved(request: DeskRequest, what: Writing[T], read: T, values: Mapping[str, str]) -> HttpResponse:
    version = what.save(
        read, source=values.get("source", ""), based_on=number_or_none(values.get("based_on")) or 0,
        note=values.get("note", "").strip(), by=request.desk.actor, now=request.desk.now,
    )  # fmt: skip
    said = _("Saved: version %(number)s is in force.") % {"number": version}
    return done(request, said, to=what.address(read))


def _around(no: Refusal, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines around the one that a refusal names."""
    named = re.search(r"line (\d+)", no.message)
    if named is None:
        return []
    lines, wrong = str(values.get("source", "")).splitlines(), int(named[1])
    first = max(wrong - 2, 1)
    shown = enumerate(lines[first - 1 : wrong + 1], first)
    return [{"number": f"{number:>4}", "text": text, "wrong": number == wrong} for number, text in shown]


def as_file(name: str, text: str) -> HttpResponse:
    """The text to take away, as it was written."""
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response


def brought(file: UploadedFile[Any] | None, what: str) -> tuple[str, str]:
    """The name and the text of a file that is sent; `what` it is to be, "playbook" or "binding".

    Raises Refusal "<what>.no_file", "<what>.too_large", "<what>.not_text".
    """
    if file is None or not file.name:
        raise invalid(f"{what}.no_file", _("Choose a file."), field="file")
    if (file.size or 0) > _MOST_BYTES:
        raise invalid(f"{what}.too_large", _("The file is larger than 5 MB, too large for this."), field="file")
    try:
        return file.name, file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid(f"{what}.not_text", _("The file is not UTF-8 text. Save it as UTF-8."), field="file") from None
