"""What people of a name are called, and which names are words as well."""

from __future__ import annotations

from collections.abc import Mapping

SHORT_FORMS: Mapping[str, tuple[str, ...]] = {
    "alexander": ("alex", "sandy"), "andrew": ("andy", "drew"), "anthony": ("tony",), "benjamin": ("ben",),
    "catherine": ("cathy", "kate"), "charles": ("charlie", "chuck"), "christopher": ("chris",),
    "daniel": ("dan", "danny"),
    "david": ("dave",), "edward": ("ed", "eddie", "ted"), "elizabeth": ("liz", "beth", "lizzie"),
    "james": ("jim", "jamie"),
    "jennifer": ("jen", "jenny"), "john": ("johnny", "jack"), "joseph": ("joe",), "katherine": ("kate", "kathy"),
    "margaret": ("maggie", "meg", "peggy"), "matthew": ("matt",), "michael": ("mike", "mick"), "nicholas": ("nick",),
    "patricia": ("pat", "patty"), "patrick": ("pat", "paddy"), "peter": ("pete",), "rebecca": ("becky",),
    "richard": ("rick", "dick", "rich"), "robert": ("bob", "rob", "bobby"), "samuel": ("sam",), "stephen": ("steve",),
    "susan": ("sue",), "thomas": ("tom", "tommy"), "timothy": ("tim",),
    "victoria": ("vicky",), "william": ("bill", "will"),
}  # fmt: skip
COMMON = frozenset(
    """will may mark bill rose hope grace faith joy april june august rich pat drew rob sue dick jack long young little
    white black brown green king day hill wood field stone cook baker cross price best good case an in to on so my he
    do no we us be go at is it or as up by if am me house home phone number services service""".split()  # noqa: SIM905 - one text reads best
)
"""Names that are words too: they count as names only when written with a capital."""
