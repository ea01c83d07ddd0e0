package com.aethel.runtime;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Color;
import android.media.AudioManager;
import android.os.Build;
import android.os.Bundle;
import android.os.SystemClock;
import android.view.KeyEvent;
import android.view.WindowManager;
import android.webkit.WebSettings;
import android.webkit.WebView;
import android.widget.FrameLayout;

import com.aethel.runtime.assets.AssetServer;
import com.aethel.runtime.assets.Origin;
import com.aethel.runtime.rules.RuntimeScript;
import com.aethel.runtime.rules.WebViewVersion;

import org.json.JSONException;

import java.io.IOException;

/** The application: one window, with the game in it or the reason why it is not. */
public final class GameActivity extends Activity {
    private static final String SCRIPT = "aethel-runtime.js";
    private static final long CRASHES_APART_MS = 60_000; // a page that ends sooner than that again is not restarted

    private FrameLayout content;
    FullScreen fullScreen;
    private BackButton back;
    SoundFocus sound;
    private FileChooser files;
    private PagePermissions permissions;
    WebView view; // null while an error is shown
    boolean isPaused;
    private int oldestWebView = WebViewVersion.OLDEST;
    private long crashed = -CRASHES_APART_MS;
    long touched; // when the player did something last, in milliseconds of the device's clock

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        GameLog.nameCrashes();
        fullScreen = new FullScreen(getWindow());
        back = new BackButton(this);
        sound = new SoundFocus(this);
        files = new FileChooser(this);
        permissions = new PagePermissions(this);
        content = new FrameLayout(this);
        content.setBackgroundColor(Color.BLACK);
        fullScreen.prepare();
        setContentView(content);
        if (Build.VERSION.SDK_INT >= 30) {
            Bars30.leaveRoomForKeyboard(content);
        }
        if (Build.VERSION.SDK_INT >= 33) {
            BackGesture33.listen(this);
        }
        setVolumeControlStream(AudioManager.STREAM_MUSIC);
        setKeepAwake(true);
        start();
    }

    /** Starts the game from its entry page; what an earlier page held in memory alone is gone. */
    void start() {
        show(null);
        try {
            PackagedAssets assets = new PackagedAssets(getAssets());
            AppConfig config = new AppConfig(assets.read(PackagedAssets.FOLDER + AppConfig.FILE));
            oldestWebView = config.oldestWebView;
            int version = WebViewVersion.of(WebSettings.getDefaultUserAgent(this));
            if (WebViewVersion.isTooOld(version, oldestWebView)) {
                ErrorPage.needsWebView(this, getString(R.string.web_view_old, version, oldestWebView));
            } else {
                load(assets, config);
            }
        } catch (IOException | JSONException e) {
            showBroken(e.toString());
        } catch (RuntimeException e) { // Android's word for a web view that is not installed, or turned off
            GameLog.error("there is no web view", e);
            ErrorPage.needsWebView(this, getString(R.string.web_view_missing, oldestWebView));
        }
    }

    private void load(PackagedAssets assets, AppConfig config) throws IOException {
        GameLog.isDebug = config.isDebug;
        String script = RuntimeScript.of(assets.read(SCRIPT), config.text, Build.SUPPORTED_ABIS[0]);
        Requests requests = new Requests(
            new AssetServer(assets, new PageCommands(this), config.entry, config.isIsolated, script));
        WebView created = GameView.create(this, config.isDebug);
        created.setWebViewClient(new GameClient(this, requests));
        created.setWebChromeClient(new GameChrome(files, permissions));
        WorkerRequests.answerWith(requests);
        setRequestedOrientation(config.orientation);
        show(created);
        created.resumeTimers(); // those of all web views stand still since the last one was paused
        if (isPaused) {
            pause();
        }
        created.loadUrl(Origin.ADDRESS);
    }

    /** Puts a game's view into the window in place of the last one, or nothing. */
    private void show(WebView game) {
        content.removeAllViews();
        if (view != null) {
            view.destroy();
        }
        view = game;
        if (game != null) {
            content.addView(game);
            game.requestFocus();
        }
    }

    /** Says that the game's files are not as they should be. */
    void showBroken(String detail) {
        GameLog.error(detail, null);
        show(null);
        ErrorPage.failed(this, R.string.broken, detail);
    }

    /** Starts a page anew that has ended, once: mostly the device had too little memory for a moment. */
    void restartAfterCrash(WebView ended) {
        if (ended != view) {
            ended.destroy();
            return;
        }
        long now = SystemClock.uptimeMillis();
        boolean isAgain = now - crashed < CRASHES_APART_MS;
        crashed = now;
        GameLog.error("the page has ended", null);
        if (isAgain) {
            show(null);
            ErrorPage.failed(this, R.string.crashed, getString(R.string.crashed_remedy));
        } else {
            start();
        }
    }

    void goBack() {
        back.press(view);
    }

    /** Leaves the game as the home button does: it goes on from there if Android has kept it. */
    void leave() {
        moveTaskToBack(true);
    }

    /** Keeps the screen on; Android lets go of it by itself when the window is not seen. */
    void setKeepAwake(boolean on) {
        if (on) {
            getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        } else {
            getWindow().clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        }
    }

    @Override
    protected void onResume() {
        super.onResume();
        isPaused = false;
        if (view != null) {
            view.resumeTimers();
            view.onResume();
        }
    }

    @Override
    protected void onPause() {
        isPaused = true;
        sound.set(false);
        if (view != null) {
            pause();
        }
        super.onPause();
    }

    /** Tells the page that it is hidden, on which its sounds stop (sound.js), and then lets its clocks stand still. */
    private void pause() {
        view.onPause();
        view.pauseTimers();
    }

    @Override
    protected void onDestroy() {
        if (view != null) {
            view.resumeTimers(); // they belong to the process, which may start the game again
        }
        show(null);
        super.onDestroy();
    }

    @Override
    public void onWindowFocusChanged(boolean hasFocus) {
        super.onWindowFocusChanged(hasFocus);
        if (hasFocus) {
            fullScreen.apply();
        }
    }

    /** Called before each touch and key. */
    @Override
    public void onUserInteraction() {
        touched = SystemClock.uptimeMillis();
    }

    /** The back button before Android 13; from then on there is {@link BackGesture33}. */
    @Override
    public void onBackPressed() {
        goBack();
    }

    @Override
    public boolean dispatchKeyEvent(KeyEvent event) {
        boolean isTaken = Gamepad.owns(event);
        if (isTaken && event.getKeyCode() == KeyEvent.KEYCODE_BACK) {
            return true;
        }
        return super.dispatchKeyEvent(event) || isTaken;
    }

    @Override
    protected void onActivityResult(int request, int result, Intent data) {
        if (request == FileChooser.REQUEST) {
            files.finish(result, data);
        }
    }

    @Override
    public void onRequestPermissionsResult(int request, String[] names, int[] results) {
        if (request == PagePermissions.REQUEST) {
            permissions.finish();
        }
    }
}
