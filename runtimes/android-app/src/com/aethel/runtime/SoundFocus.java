package com.aethel.runtime;

import android.content.Context;
import android.media.AudioManager;

/**
 * The game's claim to be heard. The web view claims it for sounds of media elements; for Web Audio, with which games play,
 * nobody does. So the page's script asks for it when it plays by Web Audio alone.
 */
final class SoundFocus implements AudioManager.OnAudioFocusChangeListener {
    private final AudioManager manager;
    private final GameActivity activity;

    SoundFocus(GameActivity activity) {
        this.activity = activity;
        this.manager = (AudioManager) activity.getSystemService(Context.AUDIO_SERVICE);
    }

    void set(boolean isSounding) {
        if (isSounding) {
            manager.requestAudioFocus(this, AudioManager.STREAM_MUSIC, AudioManager.AUDIOFOCUS_GAIN);
        } else {
            manager.abandonAudioFocus(this);
        }
    }

    /**
     * Silences the game for a call or an assistant. A loss for good is no reason: the web view itself causes it as soon as a
     * media element of this very game plays; and the player who starts music elsewhere leaves the game, which stops it.
     */
    @Override
    public void onAudioFocusChange(int change) {
        if (change == AudioManager.AUDIOFOCUS_LOSS_TRANSIENT) {
            tell(false);
        } else if (change == AudioManager.AUDIOFOCUS_GAIN) {
            tell(true);
        }
    }

    private void tell(boolean isHeard) {
        if (activity.view != null) {
            activity.view.evaluateJavascript(
                "window.dispatchEvent(new CustomEvent('aethel-sound', {detail: " + isHeard + "}))", null);
        }
    }
}
