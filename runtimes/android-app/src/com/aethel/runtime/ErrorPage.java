package com.aethel.runtime;

import android.graphics.Color;
import android.view.Gravity;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ScrollView;
import android.widget.TextView;

/** What the player sees in place of a game that cannot be shown: what is wrong, and what to do. */
final class ErrorPage implements View.OnClickListener {
    private static final float TITLE_SP = 22;
    private static final float TEXT_SP = 16;
    private static final int MARGIN_DP = 32;

    private final GameActivity activity;
    private final LinearLayout column;

    private ErrorPage(GameActivity activity) {
        this.activity = activity;
        this.column = new LinearLayout(activity);
        int margin = (int) (MARGIN_DP * activity.getResources().getDisplayMetrics().density);
        column.setOrientation(LinearLayout.VERTICAL);
        column.setGravity(Gravity.CENTER);
        column.setPadding(margin, margin, margin, margin);
    }

    /** The web view is not there, or too old. */
    static View needsWebView(GameActivity activity, String problem) {
        ErrorPage page = new ErrorPage(activity);
        page.say(activity.getString(R.string.web_view_title), TITLE_SP);
        page.say(problem, TEXT_SP);
        page.say(activity.getString(R.string.web_view_remedy), TEXT_SP);
        page.offer(R.string.update);
        page.offer(R.string.try_again);
        return page.whole();
    }

    /** The game itself failed. */
    static View failed(GameActivity activity, int title, String detail) {
        ErrorPage page = new ErrorPage(activity);
        page.say(activity.getString(title), TITLE_SP);
        if (!detail.isEmpty()) {
            page.say(detail, TEXT_SP);
        }
        page.offer(R.string.try_again);
        return page.whole();
    }

    @Override
    public void onClick(View button) {
        if (button.getId() == R.string.update) {
            Updates.show(activity);
        } else {
            activity.start();
        }
    }

    private void say(String text, float size) {
        TextView line = new TextView(activity);
        line.setText(text);
        line.setTextSize(size);
        line.setTextColor(Color.WHITE);
        line.setGravity(Gravity.CENTER);
        line.setPadding(0, 0, 0, column.getPaddingTop() / 2);
        column.addView(line);
    }

    /** Adds a button, which is known by its text. */
    private void offer(int text) {
        Button button = new Button(activity);
        button.setText(text);
        button.setId(text);
        button.setOnClickListener(this);
        column.addView(button, new LinearLayout.LayoutParams(
            ViewGroup.LayoutParams.WRAP_CONTENT, ViewGroup.LayoutParams.WRAP_CONTENT));
    }

    /** The column, centred, that scrolls where a screen is too low for it. */
    private View whole() {
        ScrollView page = new ScrollView(activity);
        page.setFillViewport(true);
        page.setBackgroundColor(Color.BLACK);
        page.addView(column);
        return page;
    }
}
