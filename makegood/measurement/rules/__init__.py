"""Statistics on plain arrays. Each function names its source; what it takes and gives is told in docs/method.md."""
