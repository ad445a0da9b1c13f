"""Mail as it really comes: the bytes of a message become a `Letter`. Pure; knows no room.

`reading.read_mail` reads, `kinds.is_automatic` says whether a machine wrote it, `letter` holds what comes out.
"""
