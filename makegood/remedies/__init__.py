"""Remedies: what is owed, what may be given, who may give it, and what became of it."""
