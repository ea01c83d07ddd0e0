package android.view;

public interface WindowManager {
    class LayoutParams extends ViewGroup.LayoutParams {
        public static final int FLAG_KEEP_SCREEN_ON = 128;
        /** API 28. */
        public static final int LAYOUT_IN_DISPLAY_CUTOUT_MODE_SHORT_EDGES = 1;
        /** API 30. */
        public static final int LAYOUT_IN_DISPLAY_CUTOUT_MODE_ALWAYS = 3;
        /** API 28. */
        public int layoutInDisplayCutoutMode;
        public LayoutParams() {
            super(0, 0);
        }
    }
}
