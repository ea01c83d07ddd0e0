/* A game that is about to be shown. */
#ifndef SHELL_H
#define SHELL_H

#include "config.h"
#include "payload.h"

struct shell {
    struct bytes config_text;
    struct config config;
    struct payload payload;
    const char *folder; /* of the user's data of this game */
    bool verbose;
};

enum show_result {
    SHOWN,       /* and closed again */
    UNAVAILABLE, /* this system has not what is needed for it */
};

/* Opens a window with the system's web view and runs until it is closed. */
enum show_result window_show(const struct shell *shell);

/* The same with an installed browser of the Chromium family in its application mode. */
enum show_result browser_show(const struct shell *shell);

#endif
