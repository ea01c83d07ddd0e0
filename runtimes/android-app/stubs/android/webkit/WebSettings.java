package android.webkit;

import android.content.Context;

public abstract class WebSettings {
    public static native String getDefaultUserAgent(Context context);
    public abstract void setJavaScriptEnabled(boolean flag);
    public abstract void setDomStorageEnabled(boolean flag);
    public abstract void setMediaPlaybackRequiresUserGesture(boolean require);
    public abstract void setAllowFileAccess(boolean allow);
    public abstract void setAllowContentAccess(boolean allow);
    public abstract void setSupportZoom(boolean support);
    public abstract void setUseWideViewPort(boolean use);
    public abstract void setTextZoom(int textZoom);
}
