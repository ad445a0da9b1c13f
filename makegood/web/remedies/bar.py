"""The limit bar: what a case was given and would be given, against what one may give in it alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from makegood.kernel.money import format_money
from makegood.remedies.rules.authority import Ruling

WIDE = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Its words and lengths: `inside` and `over` are widths out of `WIDE`. Without a `limit` nothing is drawn."""

    words: str
    total: str
    limit: str
    is_over: bool
    inside: int
    over: int
    details: tuple[str, ...] = ()

    @property
    def tick(self) -> int:
        """Where the limit stands when it is passed."""
        return self.inside - 1


def bar_of(ruling: Ruling, currency: str) -> Bar:
    """The bar of a ruling. A budget or a limit for one remedy may be passed while the case's own is not."""
    total, limit = format_money(ruling.total, currency), ruling.limit
    if ruling.fits:
        words = _("Within your authority")
    elif not ruling.over:
        words = _("Not yours alone to give")
    else:
        words = _("{} over your authority").format(format_money(ruling.over, currency))
    details = tuple(one.sentence for one in ruling.obstacles if one.code not in ("authority.case", "authority.none"))
    if limit is None:
        return Bar(words=words, total=total, limit="", is_over=not ruling.fits, inside=0, over=0, details=details)
    full = max(ruling.total, limit, Decimal(1))
    inside = round(min(ruling.total, limit) / full * WIDE)
    over = WIDE - inside if ruling.total > limit else 0
    return Bar(
        words=words, total=total, limit=format_money(limit, currency), is_over=not ruling.fits, inside=inside,
        over=over, details=details,
    )  # fmt: skip
