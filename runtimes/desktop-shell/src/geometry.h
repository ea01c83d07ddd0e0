/* A window's size and position, kept from one run to the next. */
#ifndef GEOMETRY_H
#define GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>

struct geometry {
    int x, y, width, height; /* pixels of the desktop */
    bool maximized;
};

/* Reads what geometry_save wrote. False when it is not there or out of bounds. */
bool geometry_load(struct geometry *geometry, const char *path);

void geometry_save(const struct geometry *geometry, const char *path);

/* Whether enough of the window's upper edge to drag it lies on one of the screens. */
bool geometry_is_on_screen(const struct geometry *geometry, const struct geometry *screens, size_t count);

#endif
