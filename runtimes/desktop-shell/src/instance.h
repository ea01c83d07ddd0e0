/* One window per game and user. */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <stdbool.h>

/* Becomes the one instance until the program ends. When there is one already, asks it to come to the front and returns
 * false. id is the game's, folder its data folder. */
bool instance_claim(const char *id, const char *folder);

#ifndef _WIN32
#include <signal.h>
/* The signal that brings the running instance to the front. (SIGUSR1 belongs to WebKit's garbage collector.) */
enum { INSTANCE_SIGNAL = SIGUSR2 };
#endif

#endif
