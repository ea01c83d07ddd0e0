package android.webkit;

/** API 24. */
public abstract class ServiceWorkerWebSettings {
    public abstract void setAllowContentAccess(boolean allow);
    public abstract void setAllowFileAccess(boolean allow);
}
