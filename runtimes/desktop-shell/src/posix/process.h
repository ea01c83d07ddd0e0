/* Starts other programs. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the program that arguments[0] names on PATH; -1 when there is none. No shell reads the arguments. */
pid_t process_start(const char *const *arguments);

/* Waits for its end and returns its status; -1 when a signal has ended it. */
int process_wait_status(pid_t process);

/* Waits for its end; true when it ended by itself with status 0. */
bool process_wait(pid_t process);

/* Starts the program and waits. False as well when there is no such program. */
bool process_run(const char *const *arguments);

#endif
