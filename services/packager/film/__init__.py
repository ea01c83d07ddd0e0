"""Films: a project is played, filmed frame by frame, and encoded."""
