package android.webkit;

public class JsResult {
    public final native void cancel();
    public final native void confirm();
}
