"""What a command says when it cannot do its work."""

from __future__ import annotations


class Fault(Exception):
    """A command cannot go on; the message is one or two sentences that say why and what to do."""
