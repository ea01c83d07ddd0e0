#include "geometry.h"

#include <stdio.h>

#include "files.h"

enum { MIN_PX = 64, MAX_PX = 32768, MIN_GRIP = 48 };

static bool between(int low, int value, int high) { return low <= value && value <= high; }

bool geometry_load(struct geometry *geometry, const char *path) {
    char text[128];
    int maximized;
    if (!file_read_text(path, text, sizeof text) ||
        sscanf(text, "%6d %6d %6d %6d %1d", &geometry->x, &geometry->y, &geometry->width, &geometry->height,
               &maximized) != 5) {
        return false;
    }
    geometry->maximized = maximized == 1;
    return between(MIN_PX, geometry->width, MAX_PX) && between(MIN_PX, geometry->height, MAX_PX) &&
           between(-MAX_PX, geometry->x, MAX_PX) && between(-MAX_PX, geometry->y, MAX_PX);
}

void geometry_save(const struct geometry *geometry, const char *path) {
    char text[128];
    snprintf(text, sizeof text, "%d %d %d %d %d\n", geometry->x, geometry->y, geometry->width, geometry->height,
             geometry->maximized);
    file_write_text(path, text);
}

bool geometry_is_on_screen(const struct geometry *geometry, const struct geometry *screens, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct geometry *screen = &screens[i];
        if (geometry->x + geometry->width >= screen->x + MIN_GRIP &&
            geometry->x <= screen->x + screen->width - MIN_GRIP &&
            between(screen->y, geometry->y, screen->y + screen->height - MIN_GRIP)) {
            return true;
        }
    }
    return false;
}
