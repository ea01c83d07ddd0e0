package android.graphics;

public final class Bitmap {
    public static native Bitmap createBitmap(int width, int height, Config config);
    public enum Config { ALPHA_8, RGB_565, ARGB_4444, ARGB_8888 }
}
