"""What is filmed and how: the options of platform ``video``, and what they come to."""
