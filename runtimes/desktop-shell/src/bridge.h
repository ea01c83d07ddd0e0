/* Commands of a page to its window: POST /.aethel/<command>?<parameters>. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stdbool.h>

/* A function is NULL where the window cannot do that. They are called on the thread that serves the request, and must
 * not end the program before the response is out. */
struct bridge {
    void *window;
    void (*close)(void *window);
    void (*set_fullscreen)(void *window, bool on);
    void (*resize)(void *window, int width, int height);
};

/* Runs a command (the path below /.aethel/) with the parameters of target. False when it is unknown or impossible. */
bool bridge_run(const struct bridge *bridge, const char *command, const char *target);

#endif
