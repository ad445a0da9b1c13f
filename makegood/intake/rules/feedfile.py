"""A feed file in YAML, read into a `Feed`. Every mistake is a sentence with its line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from makegood.intake.rules import specparts
from makegood.intake.rules.building import slug
from makegood.intake.rules.needs import in_order
from makegood.intake.rules.opening import declared
from makegood.intake.rules.spec import About, Feed, FileShape, KindPolicy, Lookup, RowRules, Text, When
from makegood.intake.rules.specparts import Defaults
from makegood.kernel.nodes import Part, parse, read, required
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest

SHIPPED = Path(__file__).parents[1] / "feeds"
CUSTOMER = ("key", "name", "email", "phone", "language", "timezone", "value")
INSTANTS: Mapping[About, tuple[str, ...]] = {
    About.PROMISES: ("made_at", "due_at", "forecast_at", "kept_at", "withdrawn_at", "observed_at"),
    About.SCORES: ("answered_at", "asked_at"),
    About.BEHAVIOUR: ("at",),
}
TEXTS: Mapping[About, tuple[str, ...]] = {
    About.PROMISES: ("reference", "kind", "title", "amount", "currency"),
    About.SCORES: ("reference", "scale", "value", "case"),
    About.BEHAVIOUR: ("reference", "deed", "amount", "currency"),
}
_TOP = (
    "name", "description", "source", "about", "file", "time_zone", "dates", "midnight_is_date", "decimal", "empty",
    "kinds", "maps", "lookups", "rows", "let", "fields",
)  # fmt: skip
_FILE = (
    "format", "delimiter", "encoding", "quote", "escape", "header_line", "columns", "optional_columns",
    "footer_lines", "comment", "sheet", "records",
)  # fmt: skip
_NEEDED = {
    "name": "how the feed is called",
    "time_zone": "by whose clock the file's times are read, such as America/New_York",
    "fields": "what the columns mean",
}
_A_CUSTOMER = "a `customer` with at least a `key`, such as `customer: {key: CustomerID}`"
_NEEDS: Mapping[About, Mapping[str, str]] = {
    About.PROMISES: {"kind": "a `kind`, such as `kind: {const: delivery}`", "customer": _A_CUSTOMER},
    About.SCORES: {
        "customer": _A_CUSTOMER,
        "scale": "a `scale`, such as `scale: {const: csat}`",
        "value": "a `value`: the answer on that scale",
        "answered_at": "an `answered_at`: when it was given",
    },
    About.BEHAVIOUR: {
        "customer": _A_CUSTOMER,
        "deed": "a `deed`, such as `deed: {const: order}`",
        "at": "an `at`: when they did it",
    },
}
_FORMATS = {
    "auto": "auto", "csv": "delimited", "tsv": "delimited", "excel": "excel", "xlsx": "excel",
    "ndjson": "ndjson", "jsonl": "ndjson", "json": "json",
}  # fmt: skip
_DELIMITERS = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";", "pipe": "|", "space": " "}


def shipped() -> list[str]:
    """The names of the feeds that come with Makegood."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_feed(name_or_path: str | Path) -> Feed:
    """A feed by the name of a shipped one or by its path.

    Raises Refusal("feed.not_found"), or Refusal("feed.invalid") with file, line and key.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.exists():
        if not path.is_file():
            raise invalid("feed.not_found", f"There is no feed file {path}. Check the path.")
        return build(read(path, "feed"))
    name = str(name_or_path)
    if name not in shipped():
        near = nearest(name, shipped())
        advice = f"Did you mean {near}?" if near else "Or give the path of a feed file (.yaml)."
        raise invalid("feed.not_found", f"There is no feed {name}. Shipped: {', '.join(shipped())}. {advice}")
    return build(read(SHIPPED / f"{name}.yaml", "feed"))


def feed_from(text: str, file: str = "feed.yaml") -> Feed:
    """A feed from its text. Raises Refusal("feed.invalid")."""
    return build(parse(text, file, "feed"))


def build(root: Part) -> Feed:
    """The feed that a YAML document describes."""
    top = root.entries(_TOP)
    for needed, meaning in _NEEDED.items():
        required(root, top, needed, meaning)
    defaults = _defaults(top)
    about = About(top["about"].word(tuple(About))) if "about" in top else About.PROMISES
    lookups = tuple(_lookup(name, part, defaults) for name, part in _entries(top, "lookups"))
    known = _instant_names(top, about)
    let = _let(top, defaults, known, about)
    texts, instants = _fields(top["fields"], defaults, known, about)
    _check_order(top["fields"], let | instants)
    name = top["name"].text()
    return Feed(
        name=name,
        description=_text(top, "description"),
        source=_text(top, "source") or name,
        about=about,
        time_zone=(defaults.zone.const if defaults.zone else None) or "",
        shape=_shape(top["file"]) if "file" in top else FileShape(),
        rows=_rows(top["rows"], defaults) if "rows" in top else RowRules(),
        decimal=defaults.decimal,
        empty=defaults.empty,
        lookups=lookups,
        kinds=_kinds(top, texts.get("kind")),
        other_kinds=_other_kinds(top, texts.get("kind")),
        let=let,
        texts=texts,
        instants=instants,
    )


def _check_order(part: Part, specs: Mapping[str, When]) -> None:
    try:
        in_order(specs)
    except ValueError as names:
        raise part.wrong(f"these instants are reckoned from each other in a circle: {names}.") from None


def _entries(top: Mapping[str, Part], key: str) -> list[tuple[str, Part]]:
    return list(top[key].any_entries().items()) if key in top else []


def _text(top: Mapping[str, Part], key: str) -> str:
    return " ".join(top[key].text().split()) if key in top else ""


def _defaults(top: Mapping[str, Part]) -> Defaults:
    maps = {name: specparts.plain_map(part) for name, part in _entries(top, "maps")}
    defaults = Defaults(
        formats=specparts.formats(top["dates"]) if "dates" in top else ("iso",),
        zone=None,
        midnight_is_date="midnight_is_date" in top and top["midnight_is_date"].yes(),
        empty=frozenset(part.text().strip() for part in top["empty"].items()) if "empty" in top else frozenset(),
        decimal=top["decimal"].word(("point", "comma")) if "decimal" in top else "point",
        maps=maps,
    )
    return replace(defaults, zone=specparts.zone(top["time_zone"], defaults)) if "time_zone" in top else defaults


def _shape(part: Part) -> FileShape:
    given = part.entries(_FILE)
    header = given["header_line"].integer(1) if "header_line" in given else 1
    encoding = given["encoding"].text() if "encoding" in given else "auto"
    if encoding != "auto":
        _check_encoding(given["encoding"], encoding)
    quote = given["quote"].text() if "quote" in given else '"'
    return FileShape(
        format=_FORMATS[given["format"].word(_FORMATS)] if "format" in given else "auto",
        delimiter=_delimiter(given["delimiter"]) if "delimiter" in given else "auto",
        encoding=encoding,
        quote="" if quote == "none" else _one_character(given.get("quote", part), quote),
        escape=_one_character(given["escape"], given["escape"].text()) if "escape" in given else "",
        header_line=header,
        columns=_names(given, "columns"),
        optional_columns=_names(given, "optional_columns"),
        footer_lines=given["footer_lines"].integer() if "footer_lines" in given else 0,
        comment=_text(given, "comment"),
        sheet=_text(given, "sheet"),
        records=_text(given, "records"),
    )


def _names(given: Mapping[str, Part], key: str) -> tuple[str, ...]:
    return tuple(part.text() for part in given[key].items()) if key in given else ()


def _check_encoding(part: Part, encoding: str) -> None:
    try:
        declared(encoding)
    except Refusal as refusal:
        raise part.wrong(refusal.message) from None


def _delimiter(part: Part) -> str:
    written = part.text()
    if written == "auto":
        return written
    return _one_character(part, _DELIMITERS.get(written, written))


def _one_character(part: Part, written: str) -> str:
    if len(written) != 1 or written in "\r\n\0":
        raise part.wrong(f"one character was expected, found {written!r}.")
    return written


def _rows(part: Part, defaults: Defaults) -> RowRules:
    given = part.entries(("keep_when", "skip_when", "group_by", "without_due"))
    return RowRules(
        keep_when=specparts.conditions(given["keep_when"]) if "keep_when" in given else (),
        skip_when=specparts.conditions(given["skip_when"]) if "skip_when" in given else (),
        group_by=_names(given, "group_by"),
        without_due=given["without_due"].word(("skip", "keep", "reject")) if "without_due" in given else "skip",
    )


def _kinds(top: Mapping[str, Part], produced: Text | None) -> tuple[KindPolicy, ...]:
    """The kinds that the feed describes, then those that it names without describing them."""
    declared = {key: _kind(key, part) for key, part in _entries(top, "kinds") if key != "*"}
    named = [] if produced is None else [produced.const, produced.default, *(produced.map or {}).values()]
    implied = {slug(name): KindPolicy(key=slug(name), name=name) for name in named if name}
    return tuple((implied | declared).values())


def _other_kinds(top: Mapping[str, Part], produced: Text | None) -> KindPolicy | None:
    """What holds for kinds that only the file names, which it may when `kind` is a plain column."""
    declared = {key: _kind(key, part) for key, part in _entries(top, "kinds")}
    takes_any = produced is not None and produced.map is None and produced.const is None
    return declared.get("*", KindPolicy(key="*", name="")) if takes_any else None


def _kind(key: str, part: Part) -> KindPolicy:
    given = part.entries(("name", "grace_minutes", "warning_minutes"))
    if key != "*" and slug(key) != key:
        raise part.wrong(f"a kind is named in small letters, digits, - and _. Write `{slug(key)}`.")
    return KindPolicy(
        key=key,
        name=_text(given, "name") or key,
        grace_minutes=given["grace_minutes"].integer() if "grace_minutes" in given else None,
        warning_minutes=given["warning_minutes"].integer() if "warning_minutes" in given else None,
    )


def _lookup(name: str, part: Part, defaults: Defaults) -> Lookup:
    given = part.entries(("file", "key", "match", "optional", "read"))
    for needed in ("file", "key"):
        if needed not in given:
            raise part.wrong(f"the key `{needed}` is missing.")
    file = given["file"].text()
    if Path(file).name != file:
        raise given["file"].wrong("name a file beside the imported one, without a folder.")
    key = given["key"].text()
    return Lookup(
        name=name,
        file=file,
        key=key,
        match=specparts.text(given["match"], defaults) if "match" in given else Text(column=key),
        optional="optional" in given and given["optional"].yes(),
        shape=_shape(given["read"]) if "read" in given else FileShape(),
    )


def _let(top: Mapping[str, Part], defaults: Defaults, known: tuple[str, ...], about: About) -> dict[str, When]:
    built: dict[str, When] = {}
    for name, part in _entries(top, "let"):
        if name in INSTANTS[about]:
            raise part.wrong("this is the name of a field; choose another.")
        built[name] = specparts.when(part, defaults, known)
    return built


def _fields(
    part: Part, defaults: Defaults, known: tuple[str, ...], about: About
) -> tuple[dict[str, Text], dict[str, When]]:
    given = part.entries(_names_of(about))
    _check_fields(part, given, about)
    texts = {name: _typed(name, given[name], defaults) for name in TEXTS[about] if name in given}
    instants = {name: specparts.when(given[name], defaults, known) for name in INSTANTS[about] if name in given}
    if "customer" in given:
        texts |= _customer(given["customer"], defaults)
    for name, inner in _entries(given, "attributes"):
        if specparts.is_instant(inner):
            instants[f"attributes.{name}"] = specparts.when(inner, defaults, known, attribute=True)
        else:
            texts[f"attributes.{name}"] = specparts.text(inner, defaults, attribute=True)
    return texts, instants


def _names_of(about: About) -> tuple[str, ...]:
    return (*TEXTS[about], *INSTANTS[about], "customer", *(("attributes",) if about is About.PROMISES else ()))


def _check_fields(part: Part, given: Mapping[str, Part], about: About) -> None:
    if "reference" not in given:
        raise part.wrong("the field `reference` is missing: the name by which the file knows each of them.")
    what = "a promise with a `due_at`" if about is About.PROMISES else f"a feed about {about}"
    for needed, words in _NEEDS[about].items() if about is not About.PROMISES or "due_at" in given else ():
        if needed not in given:
            raise part.wrong(f"{what} also needs {words}.")


def _instant_names(top: Mapping[str, Part], about: About) -> tuple[str, ...]:
    """The instants that others may be reckoned from: those under `let`, and the fields that are given."""
    fields = top["fields"].entries(_names_of(about))
    return (*(name for name, _ in _entries(top, "let")), *(name for name in INSTANTS[about] if name in fields))


def _customer(part: Part, defaults: Defaults) -> dict[str, Text]:
    given = part.entries(CUSTOMER)
    if "key" not in given:
        raise part.wrong("`key` is missing: the number or name by which the same customer is found again.")
    return {f"customer.{name}": _typed(name, given[name], defaults) for name in CUSTOMER if name in given}


def _typed(name: str, part: Part, defaults: Defaults) -> Text:
    text = specparts.text(part, defaults)
    return replace(text, kind="number") if name in ("amount", "value") else text
