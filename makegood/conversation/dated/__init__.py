"""Reads what we say to a customer, and what they say to us, for words that promise something by a time. Pure."""

from makegood.conversation.dated.reading import promised, times_in
from makegood.conversation.dated.values import Confidence, Dated, SaidBy

__all__ = ["Confidence", "Dated", "SaidBy", "promised", "times_in"]
