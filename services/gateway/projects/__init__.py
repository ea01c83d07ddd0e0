"""Projects: their members, snapshots, and the ways in for files."""
