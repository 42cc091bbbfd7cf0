"""One channel each: wire format in, wire format out."""
