"""What routes answer with, one module for each area: the bodies that the OpenAPI document names."""
