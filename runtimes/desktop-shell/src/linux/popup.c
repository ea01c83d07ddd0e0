#include "popup.h"

enum { WINDOW_TOPLEVEL = 0 };

/* The page has said how large it shall be. */
static void on_ready(object *view, object *window) {
    struct gdk_rectangle area = {0};
    webkit.webkit_window_properties_get_geometry(webkit.webkit_web_view_get_window_properties(view), &area);
    if (area.width > 0 && area.height > 0) {
        webkit.gtk_window_resize(window, area.width, area.height);
    }
    webkit.gtk_widget_show_all(window);
    webkit.gtk_widget_grab_focus(view);
}

/* window.close(), or a foreign page that was shown elsewhere instead */
static void on_close(object *view, object *window) {
    (void)view;
    webkit.gtk_widget_destroy(window);
}

/* Makes the window for a page; policy.c has decided that the page is one of the game's. */
static object *on_create(object *opener, object *action, struct popups *popups) {
    (void)action;
    object *view = webkit.webkit_web_view_new_with_related_view(opener);
    object *window = webkit.gtk_window_new(WINDOW_TOPLEVEL);
    webkit.gtk_window_set_title(window, popups->config->title);
    webkit.gtk_window_set_default_size(window, popups->config->width, popups->config->height);
    webkit.gtk_container_add(window, view);
    policy_apply(view, popups->policy);
    popups_allow(view, popups);
    webkit_connect(view, "ready-to-show", (callback)on_ready, window);
    webkit_connect(view, "close", (callback)on_close, window);
    return view;
}

void popups_allow(object *view, struct popups *popups) { webkit_connect(view, "create", (callback)on_create, popups); }
