"""What somebody wrote now, apart from what they quote and how they sign.

Conservative: it never loses a line (each is in one of the three) and never leaves nothing. The lines that begin a
quotation come from mail-parser-reply, in its languages, plus a few programs' own; it is given short lines and a bounded
text, because its patterns take long on others.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

_LANGUAGES = [language for language in MAIL_LANGUAGES if language != "david"]
_LOOKED_AT = 400
"""Lines from the top in which a quotation is looked for by its heading; ">" is seen everywhere."""
_LONG = 300
_HEADING_LINES = 4
_SIGNATURE_LINES = 15
_QUOTED = re.compile(r"[ \t]{0,3}>")
_SEPARATORS = re.compile(
    r"[ >*]{0,8}(?:[-_=]{3,60} ?(?:original|forwarded|weitergeleitete|urspr[üu]ngliche|mensaje|mensagem|message"
    r"|oorspronkelijk|doorgestuurd|messaggio|oprindelig|ursprungligt|opprinnelig|reenviado|исходное|пересылаемое|原始|转发)"
    r"[^\n]{0,60}[-_=]{2,60}|[-–_*# ]{0,10}(?:please )?(?:type )?(?:your )?reply above this line[^\n]{0,60}"
    r"|begin forwarded message:"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail):|inicio del mensaje reenviado:)\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"[ >]{0,4}(?:_{20,200}|-{20,200}|={20,200})\s*")
_FIELD = re.compile(r"[ >*]{0,6}\*?[^\W\d_][^:\n]{0,24}:\*?(?:\s|$)")
_AUTHOR_FIELD = re.compile(
    r"[ >*]{0,6}(?:from|von|de|da|van|från|fra|od|expéditeur|от|发件人|差出人|보낸\s?사람|remitente)\s?:\*?\s",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,4}[./:年 -]\d|\d{4}|@|\d{1,2}:\d\d")
# Languages that the library has not, or in which it does not know today's programs.
_WROTE = re.compile(
    r"[^\n]{5,300}\b(?:escribió|escreveu|schreef|schrieb|wrote|skrev|napisał\w*|написал\w*|写道|kirjoitti|írta|scrisse)"
    r"\b[^\n]{0,120}[:：]",
    re.IGNORECASE,
)
_WROTE_ENDS = re.compile(r"[:：]\s*$")
_DASHES = re.compile(r"(?:--|—|__|-- )\s*")


class Folded(NamedTuple):
    """A text in three: what is new, what is quoted, how it is signed."""

    fresh: str
    quoted: str
    signature: str


def fold(text: str) -> Folded:
    """The text in three. `fresh` is empty only when the text is."""
    lines = text.split("\n")
    fresh, quoted = _unquoted(lines)
    fresh, signature = _unsigned(fresh)
    if not _says(fresh):
        # All is quotation or signature: better all of it than nothing.
        return Folded(text.strip(), "", "")
    return Folded(_joined(fresh), _joined(quoted), _joined(signature))


def _says(lines: list[str]) -> bool:
    return any(character.isalnum() for line in lines for character in line)


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _unquoted(lines: list[str]) -> tuple[list[str], list[str]]:
    fresh: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        if _QUOTED.match(lines[at]):
            quoted.append(lines[at])
            at += 1
            continue
        length = _heading(lines, at) if at < _LOOKED_AT else 0
        if not length:
            fresh.append(lines[at])
            at += 1
            continue
        quoted += lines[at : at + length]
        at += length
        if not _is_marked(lines, at):
            # No ">" below the heading: what follows is all of it quoted.
            quoted += lines[at:]
            break
    return fresh, quoted


def _is_marked(lines: list[str], at: int) -> bool:
    """Whether the next line that says anything is marked as quoted."""
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _heading(lines: list[str], at: int) -> int:
    """How many lines from here are the heading of a quotation; 0 when none begins here."""
    line = lines[at]
    if not line.strip() or len(line) > _LONG:
        return 0
    if _SEPARATORS.fullmatch(line):
        return 1
    if _RULE.fullmatch(line):
        below = _fields(lines, at + 1)
        return 1 + below if below else 0
    return _wrote(lines, at) or _fields(lines, at)


def _fields(lines: list[str], at: int) -> int:
    """How many lines from here are the header of a mail as programs put it above a quotation: "From: … Sent: …"."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    if at >= len(lines) or not _AUTHOR_FIELD.match(lines[at]):
        return 0
    block = lines[at : at + 8]
    count = next((number for number, line in enumerate(block) if not _FIELD.match(line)), len(block))
    return count if count >= 3 and _DATED.search(" ".join(block[:count])) else 0


def _wrote(lines: list[str], at: int) -> int:
    """How many lines from here say "On … somebody wrote:" in one of the languages."""
    if not any(character.isdigit() for character in lines[at][:_LONG]):
        return 0
    for count in range(1, _HEADING_LINES + 1):
        last = lines[at + count - 1] if at + count <= len(lines) else ""
        if not last.strip() or len(last) > _LONG:
            return 0
        if _WROTE_ENDS.search(last):
            heading = " ".join(line.strip() for line in lines[at : at + count])
            if count > 1 and _wrote(lines, at + 1):
                return 0
            is_one = _is_marked(lines, at + count) or _HEADER.match(heading) or _WROTE.fullmatch(heading)
            return count if is_one and _DATED.search(heading) else 0
    return 0


def _unsigned(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines up to the signature, and it."""
    filled = [number for number, line in enumerate(lines) if line.strip()][-_SIGNATURE_LINES - 1 :]
    cut = _delimited(lines, filled)
    if cut is None:
        cut = _closed(lines, filled)
    for number in reversed(filled):
        if number < cut:
            if not _is_tail(lines[number].strip()[:_LONG]):
                break
            cut = number
    return lines[:cut], lines[cut:]


def _is_tail(line: str) -> bool:
    """Whether a last line is one that a telephone adds, or a name behind a dash."""
    return bool(_SENT_FROM.match(line) or _NAMED.fullmatch(line))


def _delimited(lines: list[str], filled: list[int]) -> int | None:
    """Where a line of dashes begins a signature that goes to the end."""
    return next(
        (one for one in reversed(filled) if one and (_DASHES.fullmatch(lines[one]) or _is_footer(lines, one))), None
    )


def _is_footer(lines: list[str], at: int) -> bool:
    """Whether a mailing list or a company put its address below a rule here."""
    return bool(_RULE.fullmatch(lines[at])) and any("@" in line or "://" in line for line in lines[at + 1 : at + 6])


def _closed(lines: list[str], filled: list[int]) -> int:
    """Where words of closing stand alone on a line, with a name or an address below and nothing else."""
    for one in reversed(filled):
        line = lines[one].strip()
        if len(line) <= 60 and _CLOSING.fullmatch(line):
            return one
        if _is_sentence(line):
            break
    return len(lines)


def _is_sentence(line: str) -> bool:
    """Whether a line reads like something said, not like a name or an address: "PS: and the key?"."""
    return line.rstrip().endswith(("?", "!")) or (len(line.split()) > 6 and "@" not in line and "|" not in line)


def _words(name: str) -> list[str]:
    """What mail-parser-reply knows under this name, in all languages."""
    found: list[str] = []
    for language in _LANGUAGES:
        known = MAIL_LANGUAGES[language].get(name, "")
        found += known if isinstance(known, list) else [known]
    return [words for words in found if words]


_HEADER = EmailMessage(text="", languages=_LANGUAGES).HEADER_REGEX
_SENT_FROM = re.compile(rf"(?:{'|'.join(_words('sent_from'))})(?: ?[^\s,]+){{0,6}}$", re.IGNORECASE)
_NAMED = re.compile(r"[-–—~] ?[^\W\d_a-z][\w.'-]{1,20}(?: [^\W\d_a-z][\w.'-]{0,20}){0,2}")
_CLOSING = re.compile(
    rf"(?i:{'|'.join(words.rstrip(',') for words in _words('signatures'))}"
    r"|(?:with )?(?:kind|best|warm|many)(?:est)? (?:regards|wishes)"
    r"|yours (?:sincerely|faithfully|truly)|sincerely|cheers"
    r"|saludos(?: cordiales)?|un (?:cordial )?saludo|abra[çz]os?|atenciosamente|(?:com os melhores )?cumprimentos"
    r"|mfg|lg|vg|herzliche grüße|beste grüße|freundliche grüße|bien à vous|respectfully)"
    r"[ ,.!]{0,3}(?:[^\W\d_a-z][\w.'-]{0,20}[ ]?){0,3}"
)
