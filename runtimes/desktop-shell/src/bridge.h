/* What a page may ask of its window: POST /.aethel/<act>?<parameters>. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdbool.h>

/* Each may be NULL: the window cannot do that. They are called on the thread that answers the request, and must not
 * end the program before the answer is out. */
struct bridge {
    void *window;
    void (*close)(void *window);
    void (*set_fullscreen)(void *window, bool on);
    void (*resize)(void *window, int width, int height);
};

/* Carries out act (the path below /.aethel/) with the parameters of target. False when it is unknown or impossible. */
bool bridge_act(const struct bridge *bridge, const char *act, const char *target);

#endif
