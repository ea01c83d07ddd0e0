/* Starts an installed browser. */
#ifndef BROWSER_H
#define BROWSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"

struct browser_arguments {
    bool fullscreen;
    char window_class[144]; /* by this a desktop knows which game the window belongs to */
    char app[FILE_MAX_PATH * 3 + 8], profile[FILE_MAX_PATH + 32], resolver[96], size[48];
};

struct browser_process {
    intptr_t native;
};

enum { BROWSER_MAX_ARGUMENTS = 12 };

/* Lists the arguments, ended with NULL, without the program's name. */
void browser_list(const struct browser_arguments *arguments, const char *list[BROWSER_MAX_ARGUMENTS]);

/* Starts the first browser of the Chromium family that is installed; false when there is none. */
bool browser_start(struct browser_process *process, const struct browser_arguments *arguments);

/* Waits until its last window is closed. */
void browser_wait(struct browser_process *process);

/* Asks it to close its windows. */
void browser_stop(struct browser_process *process);

#endif
