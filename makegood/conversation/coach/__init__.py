"""The coach reads what we are about to say to a customer. Pure: no Django, no network, no model to download."""
