"""What the key-value buckets hold, a module for each."""
