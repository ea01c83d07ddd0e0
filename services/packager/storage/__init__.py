"""Bytes in and out: objects, the disk cache, scratch folders, the upload."""
