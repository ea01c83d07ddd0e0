package android.os;

public class Handler {
    public final native boolean postDelayed(Runnable r, long delayMillis);
}
