"""Strangers' files into facts. `feedfile.load_feed` reads a description, `mapping` reads a file by it."""
