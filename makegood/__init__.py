"""Makegood: a service recovery system that starts at the promise."""

__version__ = "0.1.0"
