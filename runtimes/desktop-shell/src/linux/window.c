/* The window with WebKitGTK. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "geometry.h"
#include "instance.h"
#include "log.h"
#include "media.h"
#include "policy.h"
#include "popup.h"
#include "renderer.h"
#include "scheme.h"
#include "shell.h"
#include "site.h"
#include "webkit.h"

/* GTK and GDK name these in enumerations. */
enum {
    WINDOW_TOPLEVEL = 0,
    KEY_F11 = 0xFFC8,
    KEY_RETURN = 0xFF0D,
    KEY_KP_ENTER = 0xFF8D,
    MODIFIER_ALT = 1 << 3,
    STATE_FULLSCREEN = 1 << 4,
    MAX_SCREENS = 16,
};

struct window {
    const struct shell *shell;
    struct site site;
    struct policy policy;
    struct popups popups;
    object *gtk, *view;
    char geometry_path[FILE_MAX_PATH];
};

/* --- full screen, size, closing ------------------------------------------------------------------------------- */

static bool is_fullscreen(const struct window *window) {
    object *gdk = webkit.gtk_widget_get_window(window->gtk);
    return gdk != NULL && (webkit.gdk_window_get_state(gdk) & STATE_FULLSCREEN) != 0;
}

static void set_fullscreen(void *context, bool on) {
    struct window *window = context;
    (on ? webkit.gtk_window_fullscreen : webkit.gtk_window_unfullscreen)(window->gtk);
}

/* A window that users cannot resize is as large as its content requests. */
static void resize(void *context, int width, int height) {
    struct window *window = context;
    if (window->shell->config.resizable) {
        webkit.gtk_window_resize(window->gtk, width, height);
    } else {
        webkit.gtk_widget_set_size_request(window->view, width, height);
    }
}

static void close_window(void *context) { webkit.gtk_window_close(((struct window *)context)->gtk); }

static gboolean on_key(object *gtk, const object *event, struct window *window) {
    (void)gtk;
    unsigned key = 0, state = 0;
    webkit.gdk_event_get_keyval(event, &key);
    webkit.gdk_event_get_state(event, &state);
    bool enter = key == KEY_RETURN || key == KEY_KP_ENTER;
    if (key != KEY_F11 && !(enter && (state & MODIFIER_ALT) != 0)) {
        return false;
    }
    set_fullscreen(window, !is_fullscreen(window));
    return true;
}

static gboolean on_delete(object *gtk, const object *event, struct window *window) {
    (void)event;
    struct geometry geometry = {.maximized = webkit.gtk_window_is_maximized(gtk)};
    webkit.gtk_window_get_position(gtk, &geometry.x, &geometry.y);
    webkit.gtk_window_get_size(gtk, &geometry.width, &geometry.height);
    if (!is_fullscreen(window)) {
        geometry_save(&geometry, window->geometry_path);
    }
    return false; /* go on and close */
}

static void on_destroy(object *gtk, void *context) {
    (void)gtk;
    (void)context;
    webkit.gtk_main_quit();
}

/* Another start of the game asks for the window, see instance.h. */
static gboolean on_present(void *context) {
    webkit.gtk_window_present_with_time(((struct window *)context)->gtk, 0);
    return true; /* keep watching */
}

/* At the end of the session or Ctrl-C, closes as the user would, so that nothing unsaved is lost. */
static gboolean on_terminate(void *context) {
    close_window(context);
    return true;
}

/* --- putting it together --------------------------------------------------------------------------------------- */

/* window.close() */
static void on_close(object *view, void *context) {
    (void)view;
    close_window(context);
}

static void on_page_end(object *view, int reason, void *context) {
    (void)context;
    static int restarts;
    log_line("the page's process ended unexpectedly, reason %d", reason);
    if (restarts++ == 0) {
        webkit.webkit_web_view_load_uri(view, ORIGIN "/");
    }
}

/* A context of its own, whose storage is in the game's data folder. */
static object *make_context(struct window *window) {
    char data[FILE_MAX_PATH], cache[FILE_MAX_PATH];
    snprintf(data, sizeof data, "%s/storage", window->shell->folder);
    snprintf(cache, sizeof cache, "%s/cache", window->shell->folder);
    object *manager = webkit.webkit_website_data_manager_new("base-data-directory", data, "base-cache-directory",
                                                             cache, (void *)NULL);
    object *context = webkit.webkit_web_context_new_with_website_data_manager(manager);
    scheme_register(context, &window->site);
    return context;
}

static void make_view(struct window *window) {
    int debug = window->shell->config.debug;
    window->view = webkit.webkit_web_view_new_with_context(make_context(window));
    webkit.g_object_set(webkit.webkit_web_view_get_settings(window->view), "enable-webgl", 1,
                        "media-playback-requires-user-gesture", 0, "enable-developer-extras", debug,
                        "enable-write-console-messages-to-stdout", (int)window->shell->verbose,
                        "enable-fullscreen", 1, (void *)NULL);
    window->policy = (struct policy){window->gtk, window->view, window->shell->config.debug};
    window->popups = (struct popups){&window->shell->config, &window->policy};
    policy_apply(window->view, &window->policy);
    popups_allow(window->view, &window->popups);
    webkit_connect(window->view, "close", (callback)on_close, window);
    webkit_connect(window->view, "web-process-terminated", (callback)on_page_end, window);
}

static size_t list_screens(struct geometry *screens, size_t capacity) {
    object *display = webkit.gdk_display_get_default();
    size_t count = (size_t)webkit.gdk_display_get_n_monitors(display);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++) {
        struct gdk_rectangle area;
        webkit.gdk_monitor_get_workarea(webkit.gdk_display_get_monitor(display, (int)i), &area);
        screens[i] = (struct geometry){area.x, area.y, area.width, area.height, false};
    }
    return count;
}

static void restore_geometry(const struct window *window) {
    struct geometry screens[MAX_SCREENS], geometry;
    const struct config *config = &window->shell->config;
    webkit.gtk_window_set_default_size(window->gtk, config->width, config->height);
    if (!config->resizable) {
        webkit.gtk_widget_set_size_request(window->view, config->width, config->height);
    } else if (geometry_load(&geometry, window->geometry_path)) {
        webkit.gtk_window_set_default_size(window->gtk, geometry.width, geometry.height);
        if (geometry_is_on_screen(&geometry, screens, list_screens(screens, MAX_SCREENS))) {
            webkit.gtk_window_move(window->gtk, geometry.x, geometry.y);
        }
        if (geometry.maximized) {
            webkit.gtk_window_maximize(window->gtk);
        }
    }
    if (config->fullscreen) {
        webkit.gtk_window_fullscreen(window->gtk);
    }
}

static void set_icon(const struct window *window) {
    struct bytes png;
    if (!payload_find(&window->shell->payload, bytes_of(window->shell->config.icon), &png)) {
        return;
    }
    object *stream = webkit.g_memory_input_stream_new_from_data(png.data, (intptr_t)png.size, NULL);
    object *picture = webkit.gdk_pixbuf_new_from_stream(stream, NULL, NULL);
    if (picture != NULL) {
        webkit.gtk_window_set_icon(window->gtk, picture);
        webkit.g_object_unref(picture);
    }
    webkit.g_object_unref(stream);
}

static void make_window(struct window *window) {
    const struct config *config = &window->shell->config;
    window->gtk = webkit.gtk_window_new(WINDOW_TOPLEVEL);
    webkit.gtk_window_set_title(window->gtk, config->title);
    webkit.gtk_window_set_resizable(window->gtk, config->resizable);
    set_icon(window);
    make_view(window);
    webkit.gtk_container_add(window->gtk, window->view);
    webkit_connect(window->gtk, "key-press-event", (callback)on_key, window);
    webkit_connect(window->gtk, "delete-event", (callback)on_delete, window);
    webkit_connect(window->gtk, "destroy", (callback)on_destroy, window);
    restore_geometry(window);
}

enum show_result window_show(const struct shell *shell) {
    static struct window window;
    window.shell = shell;
    snprintf(window.geometry_path, sizeof window.geometry_path, "%s/window", shell->folder);
    if (shell->config.isolated) {
        setenv("JSC_useSharedArrayBuffer", "1", 0); /* WebKitGTK 2.50 does not, despite COOP and COEP */
    }
    if (!webkit_load() || !renderer_choose(shell->folder)) {
        return UNAVAILABLE;
    }
    webkit.g_set_prgname(shell->config.id);
    if (!webkit.gtk_init_check(NULL, NULL) ||
        !site_open(&window.site, &shell->payload, &shell->config, shell->config_text, "webkitgtk")) {
        return UNAVAILABLE;
    }
    webkit.gdk_set_program_class(shell->config.id); /* by this desktops match a window with its .desktop file */
    window.site.bridge = (struct bridge){&window, close_window, set_fullscreen, resize};
    media_lend(&window.site); /* WebKitGTK's media player reads no scheme of ours */
    make_window(&window);
    webkit.g_unix_signal_add(INSTANCE_SIGNAL, on_present, &window);
    webkit.g_unix_signal_add(SIGTERM, on_terminate, &window);
    webkit.g_unix_signal_add(SIGINT, on_terminate, &window);
    webkit.webkit_web_view_load_uri(window.view, ORIGIN "/");
    webkit.gtk_widget_show_all(window.gtk);
    webkit.gtk_widget_grab_focus(window.view);
    webkit.gtk_main();
    site_close(&window.site);
    return SHOWN;
}
