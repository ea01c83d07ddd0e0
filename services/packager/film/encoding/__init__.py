"""Pictures and sound become films: slices while they are filmed, and the finished file after."""
