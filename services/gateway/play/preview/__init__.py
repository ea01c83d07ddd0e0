"""The application on the preview origin."""
