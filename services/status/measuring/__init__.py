"""What is measured of exports and of the streams: derived from what is stored, not from workers."""
