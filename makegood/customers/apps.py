"""The customers app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.customers"
    label = "customers"
