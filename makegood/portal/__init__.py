"""The customer's private page: no account, no script, nothing but their own case."""
