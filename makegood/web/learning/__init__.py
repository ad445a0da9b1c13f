"""Improvements at the desk."""
