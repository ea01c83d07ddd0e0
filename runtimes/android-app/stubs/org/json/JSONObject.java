package org.json;

public class JSONObject {
    public JSONObject(String json) throws JSONException {
    }
    public native String getString(String name) throws JSONException;
    public native boolean optBoolean(String name, boolean fallback);
    public native int optInt(String name, int fallback);
    public native String optString(String name, String fallback);
}
