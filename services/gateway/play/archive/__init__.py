"""Artifacts as archives: their directories, and the bytes of their members."""
