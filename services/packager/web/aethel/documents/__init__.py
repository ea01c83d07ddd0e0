"""Documents of other formats are read, field by field, and written as levels."""
