package android.webkit;

public class JsPromptResult extends JsResult {
    public native void confirm(String result);
}
