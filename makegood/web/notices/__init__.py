"""What the reader was told, and where they want to be told."""
