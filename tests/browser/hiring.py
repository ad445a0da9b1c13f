"""Sets an installation up for the browser: a shop with its people. Run as a module on a MAKEGOOD_HOME of its own;
prints each person's token as JSON. The commands do the same one by one, but each of them starts Django anew."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from makegood.config.installed import installation

PASSWORD = "correct horse battery"
CARE, BILLING = "Care", "Billing"
CAST: dict[str, dict[str, Any]] = {
    "mara": {"name": "Mara Silva", "role": "agent", "team": CARE},
    "lena": {"name": "Lena Brandt", "role": "lead", "team": CARE, "grade": 2},
    "greta": {"name": "Greta Moreau", "role": "manager", "grade": 4},
    "sam": {"name": "Sam Stranger", "role": "agent", "team": BILLING},
    "anil": {"name": "Anil Rao", "role": "analyst"},
    "ada": {"name": "Ada Osei", "role": "administrator", "grade": 3},
}


def email(key: str) -> str:
    """The address that somebody signs in with."""
    return f"{key}@shop.example"


def _set_up(now: datetime) -> dict[str, str]:
    from makegood.config.migrating import migrate
    from makegood.journal.actors import SYSTEM
    from makegood.people.actions import add_staff, add_team, change_team, create_token
    from makegood.platform.installation import set_up
    from makegood.promises.actions import change_kind
    from makegood.promises.queries import kinds
    from makegood.remedies.actions import install_shipped, set_limit
    from makegood.remedies.rules.authority import Limit

    known: dict[str, Any] = {"by": SYSTEM, "now": now}
    migrate()
    set_up(name="Hill & Sons", time_zone="Europe/London", currency="GBP")
    teams = {name: add_team(name, **known) for name in (CARE, BILLING)}
    tokens = {"orders": create_token("Order system", "write", **known)}
    for key, person in CAST.items():
        team_id = teams.get(person.get("team", ""))
        staff_id = add_staff(
            email=email(key), password=PASSWORD, name=person["name"], role=person["role"], team_id=team_id,
            grade=person.get("grade", 1), **known,
        )  # fmt: skip
        tokens[key] = create_token(f"{person['name']}'s", "write", staff_id=staff_id, **known)
        if person["role"] == "lead":
            change_team(teams[person["team"]], lead_id=staff_id, **known)
    for kind in kinds():
        change_kind(kind.slug, {"team_id": teams[CARE]}, **known)
    install_shipped(**known)
    for grade, case in ((1, 250), (2, 3_000), (4, None)):
        set_limit(Limit(grade=grade, currency="GBP", case=None if case is None else Decimal(case)), **known)
    return tokens


if __name__ == "__main__":
    with installation():
        json.dump(_set_up(datetime.now(UTC)), sys.stdout)
