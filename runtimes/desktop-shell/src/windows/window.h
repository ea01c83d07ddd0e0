/* The game's window, as far as other files need it. */
#ifndef WINDOW_H
#define WINDOW_H

#include <wchar.h>

enum { WINDOW_CLASS_SIZE = 160 };

/* Names the window's class, by which another start of the game finds the window. */
void window_class_name(const char *id, wchar_t name[WINDOW_CLASS_SIZE]);

#endif
