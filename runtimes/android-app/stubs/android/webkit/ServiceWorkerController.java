package android.webkit;

/** API 24. */
public abstract class ServiceWorkerController {
    public static native ServiceWorkerController getInstance();
    public abstract ServiceWorkerWebSettings getServiceWorkerWebSettings();
    public abstract void setServiceWorkerClient(ServiceWorkerClient client);
}
