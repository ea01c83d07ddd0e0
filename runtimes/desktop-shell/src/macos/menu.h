/* The menu bar. */
#ifndef MENU_H
#define MENU_H

#include "objc.h"

/* Gives the application its menus: quitting, editing text, full screen with its keys. */
void menu_make(id application, const char *title);

#endif
