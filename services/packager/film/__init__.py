"""A film is made of an exported game: in slices, each in a browser that nobody else shares."""
