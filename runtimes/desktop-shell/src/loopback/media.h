/* Media files for a web view whose media player does not read the shell's scheme. */
#ifndef MEDIA_H
#define MEDIA_H

#include "site.h"

/* Serves the game's files to the player, if there is a sound or a film among them: nothing listens for other games. The
 * site must stay where it is until the program ends. */
void media_lend(struct site *site);

#endif
