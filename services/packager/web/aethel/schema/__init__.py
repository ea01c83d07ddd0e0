"""What scenes and components may say: fields, types, defaults."""
