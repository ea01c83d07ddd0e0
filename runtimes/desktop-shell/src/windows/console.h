/* A program with windows has no console of its own. */
#ifndef CONSOLE_H
#define CONSOLE_H

/* Prints to the console that the program was started from, if there is one. */
void console_attach(void);

#endif
