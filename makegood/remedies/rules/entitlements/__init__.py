"""Entitlements: what a rule says is owed, from policy files that people can read. docs/policies.md.

`load` gives the policies at hand, `find` one of them, `work_out` what it owes for the facts of an event, with
every step of the arithmetic. `at_least` holds whatever is given to that.
"""

from makegood.remedies.rules.entitlements.floor import Parted, at_least, due_at
from makegood.remedies.rules.entitlements.policyfile import policy_at, policy_from
from makegood.remedies.rules.entitlements.reading import how
from makegood.remedies.rules.entitlements.result import Entitlement, Exempted, Standing, Step
from makegood.remedies.rules.entitlements.shelf import Kept, Shelf, find, load
from makegood.remedies.rules.entitlements.spec import FactSpec, Policy
from makegood.remedies.rules.entitlements.vectors import Checked, check
from makegood.remedies.rules.entitlements.versions import in_force
from makegood.remedies.rules.entitlements.working import happened_on, once_key, work_out

__all__ = [
    "Checked", "Entitlement", "Exempted", "FactSpec", "Kept", "Parted", "Policy", "Shelf", "Standing", "Step",
    "at_least", "check", "due_at", "find", "happened_on", "how",
    "in_force", "load", "once_key", "policy_at", "policy_from", "work_out",
]  # fmt: skip
