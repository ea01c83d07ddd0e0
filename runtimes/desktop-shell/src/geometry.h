/* Where a window was, remembered from one run to the next. */
#ifndef GEOMETRY_H
#define GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>

struct geometry {
    int x, y, width, height; /* pixels of the desktop */
    bool maximized;
};

/* Reads what geometry_save wrote; false when it is not there or makes no sense. */
bool geometry_load(struct geometry *geometry, const char *path);

void geometry_save(const struct geometry *geometry, const char *path);

/* Would enough of the window's upper edge to grab it be on one of the screens? */
bool geometry_is_on_screen(const struct geometry *geometry, const struct geometry *screens, size_t count);

#endif
