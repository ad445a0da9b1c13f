"""Changing customers: the only writers of customers and their contact points."""

from makegood.customers.actions.customers import (
    CustomerDetails,
    Wishes,
    add,
    add_contact,
    add_writers,
    change,
    prefer,
    remove_contact,
)
from makegood.customers.actions.merging import merge
from makegood.customers.actions.resolving import known_already, resolve_many

__all__ = [
    "CustomerDetails",
    "Wishes",
    "add",
    "add_contact",
    "add_writers",
    "change",
    "known_already",
    "merge",
    "prefer",
    "remove_contact",
    "resolve_many",
]
