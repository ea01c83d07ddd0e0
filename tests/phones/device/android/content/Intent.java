package android.content;

import android.net.Uri;

/** What another application shall open. */
public class Intent {
    public static final String ACTION_VIEW = "android.intent.action.VIEW";
    public static final String CATEGORY_BROWSABLE = "android.intent.category.BROWSABLE";
    public final Uri address;

    public Intent(String action, Uri uri) {
        address = uri;
    }

    public Intent addCategory(String category) {
        return this;
    }
}
