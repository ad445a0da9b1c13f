"""Messages at the desk: shown, served, moved, and those that belong to no case yet."""
