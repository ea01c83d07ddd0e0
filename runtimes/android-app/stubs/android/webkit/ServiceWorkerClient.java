package android.webkit;

/** API 24. */
public class ServiceWorkerClient {
    public native WebResourceResponse shouldInterceptRequest(WebResourceRequest request);
}
