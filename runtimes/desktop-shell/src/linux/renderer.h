/* How WebKitGTK's pictures reach the window: by DMABUF, its quick way, or without, where a graphics driver shows nothing. */
#ifndef RENDERER_H
#define RENDERER_H

#include <stdbool.h>

/* Chooses the renderer of this start: as AETHEL_SHELL_RENDERER says (auto, dmabuf, plain), else as an earlier start has
 * found out, else by trial (renderer_trial.h). To be called once WebKitGTK is loaded and before GTK is. folder is the
 * game's data folder. False when none works: WebKitGTK's processes do not even start. */
bool renderer_choose(const char *folder);

#endif
