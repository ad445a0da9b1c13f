"""What an incident is made of: whom it hits, what they are told, what it may cost. Pure."""
