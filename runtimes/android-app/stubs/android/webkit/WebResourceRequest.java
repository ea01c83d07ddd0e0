package android.webkit;

import android.net.Uri;
import java.util.Map;

/** API 21. */
public interface WebResourceRequest {
    Uri getUrl();
    boolean isForMainFrame();
    boolean hasGesture();
    String getMethod();
    Map<String, String> getRequestHeaders();
}
