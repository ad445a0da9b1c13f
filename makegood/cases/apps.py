"""The cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.cases"
    label = "cases"
