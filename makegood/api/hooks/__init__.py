"""Addresses that mail and text services call, each with a secret of its own in it."""
