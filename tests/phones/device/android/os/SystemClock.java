package android.os;

/** A clock that a test sets. */
public final class SystemClock {
    public static long now;

    private SystemClock() {
    }

    public static long uptimeMillis() {
        return now;
    }
}
