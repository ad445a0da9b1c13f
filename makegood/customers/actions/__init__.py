"""Changing customers: the only writers of customers and their contact points."""

from makegood.customers.actions.customers import add, add_contact, change, remove_contact
from makegood.customers.actions.merging import merge
from makegood.customers.actions.resolving import resolve_many

__all__ = ["add", "add_contact", "change", "merge", "remove_contact", "resolve_many"]
