package android.webkit;

import java.io.InputStream;
import java.util.Map;

public class WebResourceResponse {
    /** API 21. */
    public WebResourceResponse(
        String mimeType, String encoding, int statusCode, String reasonPhrase, Map<String, String> responseHeaders,
        InputStream data) {
    }
    /** API 21. */
    public native int getStatusCode();
}
