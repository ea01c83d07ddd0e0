/* What decides whether WebKitGTK's pictures are seen. */
#ifndef GRAPHICS_H
#define GRAPHICS_H

#include <stddef.h>

/* Describes WebKitGTK, the graphics driver and the cards on one line, which differs once one of them is another one.
 * WebKitGTK must be loaded. */
void graphics_describe(char *line, size_t capacity);

#endif
