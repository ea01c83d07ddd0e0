#include "renderer_trial.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "webkit.h"

/* Two dark halves, the right one as a layer of its own: nobody is dazzled. While it is visible, its title counts tenths of
 * a second. */
static const char PAGE[] =
    "<!doctype html><style>html{background:#101418}div{position:fixed;top:0;right:0;width:50%;height:100%;"
    "background:#242a30;will-change:transform}</style><div></div><script>let n=0;setInterval(()=>{"
    "if(document.visibilityState==='visible')document.title=++n},100)</script>";

enum {
    WINDOW_TOPLEVEL = 0,
    SIZE_PX = 64,
    LEFT = 0x101418,
    RIGHT = 0x242A30,
    TOLERANCE = 4,    /* of each colour: drivers round */
    LAST_TICK = 120,  /* of the page's own time, so that a busy computer gets more of ours */
    GIVE_UP_S = 60,   /* for a page that does not run, or that nobody looks at */
    FORMAT_RGB24 = 1, /* as Cairo names it: a pixel is a uint32_t */
};

static enum trial_result the_result = TRIAL_UNKNOWN;

static bool is_close(uint32_t pixel, uint32_t color) {
    for (int shift = 0; shift < 24; shift += 8) {
        if (abs((int)(pixel >> shift & 0xFF) - (int)(color >> shift & 0xFF)) > TOLERANCE) {
            return false;
        }
    }
    return true;
}

/* Whether the view puts the page into the window: asks it to draw itself. (A look at the screen would see what other
 * windows cover, and a picture made by the page's own process is there in any case.) */
static bool is_drawn(object *view) {
    object *picture = webkit.cairo_image_surface_create(FORMAT_RGB24, SIZE_PX, SIZE_PX);
    object *drawing = webkit.cairo_create(picture);
    webkit.gtk_widget_draw(view, drawing);
    webkit.cairo_surface_flush(picture);
    const unsigned char *pixels = webkit.cairo_image_surface_get_data(picture);
    int stride = webkit.cairo_image_surface_get_stride(picture), width = webkit.gtk_widget_get_allocated_width(view);
    const uint32_t *middle = (const void *)(pixels + stride * (SIZE_PX / 2));
    width = width < SIZE_PX ? width : SIZE_PX;
    bool drawn = is_close(middle[width / 4], LEFT) && is_close(middle[width - width / 4], RIGHT);
    webkit.cairo_destroy(drawing);
    webkit.cairo_surface_destroy(picture);
    return drawn;
}

static void end(enum trial_result result) {
    the_result = result;
    webkit.gtk_main_quit();
}

static void on_tick(object *view, void *property, void *context) {
    (void)property;
    (void)context;
    const char *title = webkit.webkit_web_view_get_title(view);
    int tick = title == NULL ? 0 : atoi(title);
    if (tick > 0 && is_drawn(view)) {
        end(TRIAL_DRAWN);
    } else if (tick >= LAST_TICK) {
        end(TRIAL_BLANK);
    }
}

static void on_crash(object *view, int reason, void *context) {
    (void)view;
    (void)reason;
    (void)context;
    end(TRIAL_CRASHED);
}

static gboolean on_give_up(void *context) {
    (void)context;
    webkit.gtk_main_quit();
    return false;
}

/* Leaves nothing in the user's folders. */
static object *make_view(void) {
    object *view = webkit.webkit_web_view_new_with_context(webkit.webkit_web_context_new_ephemeral());
    webkit_connect(view, "notify::title", (callback)on_tick, NULL);
    webkit_connect(view, "web-process-terminated", (callback)on_crash, NULL);
    webkit.gtk_widget_set_size_request(view, SIZE_PX, SIZE_PX);
    return view;
}

int renderer_trial_run(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* whoever ends the game meanwhile ends this too */
    if (!webkit_load() || !webkit.gtk_init_check(NULL, NULL)) {
        return TRIAL_UNKNOWN;
    }
    object *window = webkit.gtk_window_new(WINDOW_TOPLEVEL);
    object *view = make_view();
    webkit.gtk_window_set_title(window, "Aethel");
    webkit.gtk_window_set_decorated(window, false);
    webkit.gtk_container_add(window, view);
    webkit_connect(window, "destroy", (callback)webkit.gtk_main_quit, NULL);
    webkit.g_timeout_add_seconds(GIVE_UP_S, on_give_up, NULL);
    webkit.webkit_web_view_load_html(view, PAGE, NULL);
    webkit.gtk_widget_show_all(window);
    webkit.gtk_main();
    return (int)the_result;
}
