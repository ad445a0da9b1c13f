"""What is owed (`entitlements`) and what may be offered, as pure functions of plain values."""
