"""S3: the client, the bucket, its keys."""
