"""Public packages come from the operator's registry, through the packager and never a build."""
