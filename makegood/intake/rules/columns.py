"""Finding the columns a feed names among those a file has. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest


def plain(name: object) -> str:
    """A column name as it is compared: outer and doubled spaces and case do not count."""
    return " ".join(str(name).replace("\ufeff", "").split()).casefold()


def matches(header: Sequence[object], name: str) -> bool:
    """Whether a header has a column of that name."""
    return bool(_places(header, name)[0])


def place(header: Sequence[object], name: str) -> int | None:
    """The index of the column that a feed calls `name`; None when there is none.

    `Date#2` means the second column named Date. Raises Refusal("file.column_twice") when a plain name
    fits several columns.
    """
    places, number = _places(header, name)
    if number is not None:
        return places[number - 1] if 0 < number <= len(places) else None
    if len(places) > 1:
        where = " and ".join(str(index + 1) for index in places)
        raise invalid(
            "file.column_twice",
            f"The file has several columns named {name} (columns {where}). "
            f"Write `{name}#1` or `{name}#2` in the feed to say which.",
        )
    return places[0] if places else None


def _places(header: Sequence[object], name: str) -> tuple[list[int], int | None]:
    same = [index for index, title in enumerate(header) if str(title).strip() == name.strip()]
    same = same or [index for index, title in enumerate(header) if plain(title) == plain(name)]
    head, mark, number = name.rpartition("#")
    if not same and mark and number.isdigit():
        return _places(header, head)[0], int(number)
    return same, None


def missing(file: str, names: Sequence[str], header: Sequence[object]) -> Refusal:
    """The refusal for columns that a feed needs and a file lacks, with the nearest names."""
    listed = ", ".join(names)
    found = ", ".join(str(title).strip() or "(no name)" for title in header[:60])
    near = [hint for name in names if (hint := nearest(name, map(str, header)))]
    advice = f" Did you mean {' and '.join(near)}?" if near else ""
    word = "column" if len(names) == 1 else "columns"
    return invalid("file.column_missing", f"{file} has no {word} {listed}. It has: {found}.{advice}")
