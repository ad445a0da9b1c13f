"""Experiments above what is owed, as pages."""
