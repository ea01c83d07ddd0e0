package android.graphics;

public final class Insets {
    public final int bottom;
    private Insets() {
        bottom = 0;
    }
}
