window.early = "early";
