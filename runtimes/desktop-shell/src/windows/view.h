/* The web view inside of the window. */
#ifndef VIEW_H
#define VIEW_H

#include <windows.h>

#include "bridge.h"
#include "shell.h"

struct view;

/* What the view calls in its window, always with bridge.window. */
struct view_owner {
    struct bridge bridge;
    void (*toggle_fullscreen)(void *window);
    void (*fail)(void *window); /* there is no view after all */
};

/* Starts to make the one view of this program, which shows the game when it is ready. NULL when WebView2 is not
 * installed. */
struct view *view_open(const struct shell *shell, HWND window, const struct view_owner *owner);

/* These do nothing while the view is being made. */
void view_fit(struct view *view); /* to the window's size and place */
void view_focus(struct view *view);
void view_close(struct view *view);

#endif
