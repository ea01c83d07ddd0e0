#include "bridge.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "url.h"

enum { SMALLEST_PX = 64, LARGEST_PX = 16384 };

static bool act_close(const struct bridge *bridge, const char *target) {
    (void)target;
    if (bridge->close == NULL) {
        return false;
    }
    bridge->close(bridge->window);
    return true;
}

static bool act_fullscreen(const struct bridge *bridge, const char *target) {
    char on[2];
    if (bridge->set_fullscreen == NULL || !url_parameter(target, "on", on, sizeof on)) {
        return false;
    }
    bridge->set_fullscreen(bridge->window, on[0] == '1');
    return true;
}

static bool read_pixels(const char *target, const char *name, int *pixels) {
    char digits[8];
    int read = 0;
    return url_parameter(target, name, digits, sizeof digits) && sscanf(digits, "%d%n", pixels, &read) == 1 &&
           digits[read] == 0 && *pixels >= SMALLEST_PX && *pixels <= LARGEST_PX;
}

static bool act_resize(const struct bridge *bridge, const char *target) {
    int width, height;
    if (bridge->resize == NULL || !read_pixels(target, "width", &width) || !read_pixels(target, "height", &height)) {
        return false;
    }
    bridge->resize(bridge->window, width, height);
    return true;
}

static bool act_log(const struct bridge *bridge, const char *target) {
    (void)bridge;
    char level[8], text[2048];
    if (!url_parameter(target, "level", level, sizeof level) || !url_parameter(target, "text", text, sizeof text)) {
        return false;
    }
    log_line("page %s: %s", level, text);
    return true;
}

bool bridge_act(const struct bridge *bridge, const char *act, const char *target) {
    static const struct {
        const char *name;
        bool (*act)(const struct bridge *, const char *);
    } ACTS[] = {{"close", act_close}, {"fullscreen", act_fullscreen}, {"resize", act_resize}, {"log", act_log}};
    for (size_t i = 0; i < sizeof ACTS / sizeof *ACTS; i++) {
        if (strcmp(act, ACTS[i].name) == 0) {
            return ACTS[i].act(bridge, target);
        }
    }
    return false;
}
