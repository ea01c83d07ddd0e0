package android.webkit;

public class ConsoleMessage {
    public enum MessageLevel { TIP, LOG, WARNING, ERROR, DEBUG }
    public native MessageLevel messageLevel();
    public native String message();
    public native String sourceId();
    public native int lineNumber();
}
