"""What a message is, how it may move, and which thread it belongs to. Pure."""
