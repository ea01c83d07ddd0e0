"""Android's signatures are made here, without any tool: of an APK, and of a bundle for Play."""
