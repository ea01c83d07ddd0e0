"""The four services; each is a package of its own and knows nothing of the others."""
