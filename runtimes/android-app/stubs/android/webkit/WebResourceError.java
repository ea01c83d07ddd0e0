package android.webkit;

/** API 23. */
public abstract class WebResourceError {
    public abstract CharSequence getDescription();
}
