package android.os;

public class Build {
    public static final String[] SUPPORTED_ABIS = supported();
    private static native String[] supported();
    public static class VERSION {
        public static final int SDK_INT = level();
        private static native int level();
    }
}
