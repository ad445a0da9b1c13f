"""Signing in: by password, passkey, the company's identity provider, or a link made on the command line."""
