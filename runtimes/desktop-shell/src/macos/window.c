/* The window with WKWebView. */
#include <dispatch/dispatch.h>

#include "instance.h"
#include "log.h"
#include "menu.h"
#include "objc.h"
#include "scheme.h"
#include "shell.h"
#include "site.h"
#include "url.h"

/* AppKit and WebKit name these in enumerations. */
enum {
    POLICY_REGULAR = 0,
    STYLE_TITLED = 1 << 0,
    STYLE_CLOSABLE = 1 << 1,
    STYLE_MINIATURIZABLE = 1 << 2,
    STYLE_RESIZABLE = 1 << 3,
    STYLE_FULL_SCREEN = 1 << 14,
    BACKING_BUFFERED = 2,
    BEHAVIOR_FULL_SCREEN = 1 << 7,
    NAVIGATION_CANCEL = 0,
    NAVIGATION_ALLOW = 1,
    ORDERED_ABOVE = 1,
};

static struct {
    const struct shell *shell;
    struct site site;
    id application, window, view;
} app;

/* --- what the page may request: all on the main thread, after the response is out -------------------------------- */

static void close_later(void *context) {
    (void)context;
    send_id(app.window, "performClose:", NULL);
}

static void close_window(void *context) {
    (void)context;
    dispatch_async_f(dispatch_get_main_queue(), NULL, close_later);
}

static bool is_fullscreen(void) {
    return (((unsigned long (*)(id, selector))objc_message)(app.window, objc_selector("styleMask")) &
            STYLE_FULL_SCREEN) != 0;
}

static void set_fullscreen(void *context, bool on) {
    (void)context;
    if (is_fullscreen() != on) {
        send_id(app.window, "toggleFullScreen:", NULL);
    }
}

static void resize(void *context, int width, int height) {
    (void)context;
    struct size {
        double width, height;
    } size = {width, height};
    SEND(void (*)(id, selector, struct size), app.window, "setContentSize:", size);
}

/* --- windows ------------------------------------------------------------------------------------------------------ */

static struct rectangle content_area(void) {
    return (struct rectangle){0, 0, app.shell->config.width, app.shell->config.height};
}

/* Makes an empty window of the game's size and title. */
static id make_frame(void) {
    const struct config *config = &app.shell->config;
    unsigned long style = STYLE_TITLED | STYLE_CLOSABLE | STYLE_MINIATURIZABLE;
    style |= config->resizable ? STYLE_RESIZABLE : 0;
    id window = SEND(id(*)(id, selector, struct rectangle, unsigned long, unsigned long, signed char),
                     send(objc_class("NSWindow"), "alloc"), "initWithContentRect:styleMask:backing:defer:",
                     content_area(), style, BACKING_BUFFERED, 0);
    send_id(window, "setTitle:", objc_string(config->title));
    send_long(window, "setReleasedWhenClosed:", 0);
    return window;
}

static id make_web_view(id configuration, id delegate) {
    id view = SEND(id(*)(id, selector, struct rectangle, id), send(objc_class("WKWebView"), "alloc"),
                   "initWithFrame:configuration:", content_area(), configuration);
    send_id(view, "setNavigationDelegate:", delegate);
    send_id(view, "setUIDelegate:", delegate);
    if (app.shell->config.debug && objc_responds(view, "setInspectable:")) { /* macOS 13.3 */
        send_long(view, "setInspectable:", 1);
    }
    return view;
}

/* --- the delegate ------------------------------------------------------------------------------------------------ */

static signed char ends_with_window(id self, selector name, id application) {
    (void)self, (void)name, (void)application;
    return 1;
}

/* Opens a foreign page in the user's own browser. */
static void open_externally(id address) {
    const char *text = objc_text(send(address, "absoluteString"));
    if (strncmp(text, "https:", 6) == 0 || strncmp(text, "http:", 5) == 0 || strncmp(text, "mailto:", 7) == 0) {
        send_id(send(objc_class("NSWorkspace"), "sharedWorkspace"), "openURL:", address);
    }
}

static bool is_ours(id address) {
    if (address == NULL) { /* window.open() without an address */
        return true;
    }
    const char *text = objc_text(send(address, "absoluteString"));
    return text[0] == 0 || url_target(text, ORIGIN) != NULL || strncmp(text, "about:", 6) == 0 || strncmp(text, "blob:", 5) == 0;
}

static bool is_main_frame(id frame) {
    return frame != NULL && ((signed char (*)(id, selector))objc_message)(frame, objc_selector("isMainFrame")) != 0;
}

/* Closes a window that was opened for a foreign page and has shown nothing yet. */
static void close_empty(id view) {
    id shown = send(view, "URL");
    if (view != app.view && (shown == NULL || url_target(objc_text(send(shown, "absoluteString")), ORIGIN) == NULL)) {
        send(send(view, "window"), "close");
    }
}

static void decide(id self, selector name, id view, id action, void (^decide_policy)(long)) {
    (void)self, (void)name;
    id address = send(send(action, "request"), "URL");
    id frame = send(action, "targetFrame"); /* none: a new window, about which open_window decides */
    bool stays = is_ours(address) || frame == NULL || !is_main_frame(frame);
    if (!stays) {
        open_externally(address);
        close_empty(view);
    }
    decide_policy(stays ? NAVIGATION_ALLOW : NAVIGATION_CANCEL);
}

/* A link with a target, window.open, a form: a page of the game gets a window, above the game's and closed with it. */
static id open_window(id self, selector name, id view, id configuration, id action, id features) {
    (void)name, (void)view, (void)features;
    id address = send(send(action, "request"), "URL");
    if (!is_ours(address)) {
        open_externally(address);
        return NULL;
    }
    id window = make_frame();
    id opened = make_web_view(configuration, self);
    send_id(window, "setContentView:", opened);
    send(window, "center");
    SEND(void (*)(id, selector, id, long), app.window, "addChildWindow:ordered:", window, ORDERED_ABOVE);
    send_id(window, "makeKeyAndOrderFront:", NULL);
    return opened;
}

/* window.close() */
static void page_closed(id self, selector name, id view) {
    (void)self, (void)name;
    if (view == app.view) {
        close_window(NULL);
    } else {
        send(send(view, "window"), "close");
    }
}

static void load(void) {
    id address = send_id(objc_class("NSURL"), "URLWithString:", objc_string(ORIGIN "/"));
    send_id(app.view, "loadRequest:", send_id(objc_class("NSURLRequest"), "requestWithURL:", address));
}

static void page_ended(id self, selector name, id view) {
    (void)self, (void)name, (void)view;
    static int restarts;
    log_line("the page's process ended unexpectedly");
    if (restarts++ == 0) {
        load();
    }
}

static id make_delegate(void) {
    static const struct objc_method METHODS[] = {
        {"applicationShouldTerminateAfterLastWindowClosed:", (void (*)(void))ends_with_window, "c@:@"},
        {"webView:decidePolicyForNavigationAction:decisionHandler:", (void (*)(void))decide, "v@:@@@?"},
        {"webView:createWebViewWithConfiguration:forNavigationAction:windowFeatures:", (void (*)(void))open_window,
         "@@:@@@@"},
        {"webViewDidClose:", (void (*)(void))page_closed, "v@:@"},
        {"webViewWebContentProcessDidTerminate:", (void (*)(void))page_ended, "v@:@"},
    };
    objc_make_class("AethelDelegate", METHODS, sizeof METHODS / sizeof *METHODS);
    return objc_new("AethelDelegate");
}

/* --- putting it together ------------------------------------------------------------------------------------------ */

static id make_configuration(void) {
    id configuration = objc_new("WKWebViewConfiguration");
    id preferences = send(configuration, "preferences");
    SEND(void (*)(id, selector, id, id), configuration, "setURLSchemeHandler:forURLScheme:",
         scheme_handler(&app.site), objc_string(SCHEME));
    send_long(configuration, "setMediaTypesRequiringUserActionForPlayback:", 0);
    if (objc_responds(preferences, "setElementFullscreenEnabled:")) { /* macOS 12.3 */
        send_long(preferences, "setElementFullscreenEnabled:", 1);
    }
    if (app.shell->config.debug) {
        id yes = send_long(objc_class("NSNumber"), "numberWithBool:", 1);
        SEND(void (*)(id, selector, id, id), preferences, "setValue:forKey:", yes, objc_string("developerExtrasEnabled"));
    }
    return configuration;
}

static void make_window(id delegate) {
    const struct config *config = &app.shell->config;
    app.window = make_frame();
    app.view = make_web_view(make_configuration(), delegate);
    send_id(app.window, "setContentView:", app.view);
    send_long(app.window, "setCollectionBehavior:", BEHAVIOR_FULL_SCREEN);
    send(app.window, "center");
    if (config->resizable) {
        send_id(app.window, "setFrameAutosaveName:", objc_string("game")); /* AppKit remembers and restores it */
    }
}

/* Another start of the game, see instance.h. (The Finder itself starts an application only once.) */
static void come_to_front(void *context) {
    (void)context;
    send_long(app.application, "activateIgnoringOtherApps:", 1);
    send_id(app.window, "makeKeyAndOrderFront:", NULL);
}

static void watch_for_other_starts(void) {
    dispatch_source_t source =
        dispatch_source_create(DISPATCH_SOURCE_TYPE_SIGNAL, INSTANCE_SIGNAL, 0, dispatch_get_main_queue());
    dispatch_source_set_event_handler_f(source, come_to_front);
    dispatch_resume(source);
}

enum show_result window_show(const struct shell *shell) {
    app.shell = shell;
    if (!objc_load() ||
        !site_open(&app.site, &shell->payload, &shell->config, shell->config_text, "wkwebview")) {
        return UNAVAILABLE;
    }
    app.site.bridge = (struct bridge){NULL, close_window, set_fullscreen, resize};
    void *pool = objc_pool_open();
    id delegate = make_delegate();
    app.application = send(objc_class("NSApplication"), "sharedApplication");
    send_long(app.application, "setActivationPolicy:", POLICY_REGULAR);
    send_id(app.application, "setDelegate:", delegate);
    menu_make(app.application, shell->config.title);
    make_window(delegate);
    watch_for_other_starts();
    load();
    come_to_front(NULL);
    set_fullscreen(NULL, shell->config.fullscreen);
    send(app.application, "run"); /* ends the program itself when the window is closed */
    objc_pool_close(pool);
    return SHOWN;
}
