/* What others need to know of the game's window. */
#ifndef WINDOW_H
#define WINDOW_H

#include <wchar.h>

enum { WINDOW_CLASS_SIZE = 160 };

/* The name of the window's class, by which another start of the game finds it. */
void window_class_name(const char *id, wchar_t name[WINDOW_CLASS_SIZE]);

#endif
