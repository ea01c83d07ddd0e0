#include "bridge.h"

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "url.h"

enum { MIN_PX = 64, MAX_PX = 16384 };

static bool run_close(const struct bridge *bridge, const char *target) {
    (void)target;
    if (bridge->close == NULL) {
        return false;
    }
    bridge->close(bridge->window);
    return true;
}

static bool run_fullscreen(const struct bridge *bridge, const char *target) {
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
           digits[read] == 0 && *pixels >= MIN_PX && *pixels <= MAX_PX;
}

static bool run_resize(const struct bridge *bridge, const char *target) {
    int width, height;
    if (bridge->resize == NULL || !read_pixels(target, "width", &width) || !read_pixels(target, "height", &height)) {
        return false;
    }
    bridge->resize(bridge->window, width, height);
    return true;
}

static bool run_log(const struct bridge *bridge, const char *target) {
    (void)bridge;
    char level[8], text[2048];
    if (!url_parameter(target, "level", level, sizeof level) || !url_parameter(target, "text", text, sizeof text)) {
        return false;
    }
    log_line("page %s: %s", level, text);
    return true;
}

bool bridge_run(const struct bridge *bridge, const char *command, const char *target) {
    static const struct {
        const char *name;
        bool (*run)(const struct bridge *, const char *);
    } COMMANDS[] = {{"close", run_close}, {"fullscreen", run_fullscreen}, {"resize", run_resize}, {"log", run_log}};
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(command, COMMANDS[i].name) == 0) {
            return COMMANDS[i].run(bridge, target);
        }
    }
    return false;
}
