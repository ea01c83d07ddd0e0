"""What one user may have and ask for; what is counted lies in the bucket ``usage``."""
