// The page's very first script: the host is there already.
window.hostAtFirst = typeof window.AethelRuntime;
