"""Attacks on the real parts, with variations made at random; `make hostile` runs them for long."""
