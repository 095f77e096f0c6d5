"""One ticket, as its employee and as an agent reads it."""
