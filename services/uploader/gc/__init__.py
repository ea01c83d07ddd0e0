"""What is collected: expired artifacts, leftover uploads, blobs that nothing names."""
