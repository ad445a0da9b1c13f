"""Remedies at the desk: putting it right in a case, deciding about what is more, and what each grade may give."""
