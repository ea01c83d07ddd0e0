"""The schema says what scenes and components may contain: fields, types, defaults."""
