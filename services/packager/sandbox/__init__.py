"""Everything that reads a project runs in a child process that can do nothing else."""
