package android.media;

public class AudioManager {
    public static final int STREAM_MUSIC = 3;
    public static final int AUDIOFOCUS_GAIN = 1;
    public static final int AUDIOFOCUS_LOSS_TRANSIENT = -2;
    public native int requestAudioFocus(OnAudioFocusChangeListener l, int streamType, int durationHint);
    public native int abandonAudioFocus(OnAudioFocusChangeListener l);
    public interface OnAudioFocusChangeListener {
        void onAudioFocusChange(int focusChange);
    }
}
