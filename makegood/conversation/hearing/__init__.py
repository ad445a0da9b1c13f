"""Hears in a customer's own words whether they are satisfied. Pure; suggests and decides nothing."""
