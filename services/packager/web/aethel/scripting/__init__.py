"""Scripts of a project are read, confined and bundled here, into one module of the game."""
