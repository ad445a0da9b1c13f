"""Settings that are written as text: YAML that is checked, shown where it goes wrong, and brought in as a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid

_MOST_BYTES = 5 * 1024 * 1024


def around(no: Refusal, values: Mapping[str, Any]) -> list[dict[str, Any]]:
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
