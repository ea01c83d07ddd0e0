package android.content;

import android.net.Uri;

public class Intent {
    public static final String ACTION_VIEW = "android.intent.action.VIEW";
    public static final String CATEGORY_BROWSABLE = "android.intent.category.BROWSABLE";
    public static final String EXTRA_ALLOW_MULTIPLE = "android.intent.extra.ALLOW_MULTIPLE";
    public Intent(String action, Uri uri) {
    }
    public native Intent addCategory(String category);
    public native Intent putExtra(String name, boolean value);
    public native ClipData getClipData();
}
