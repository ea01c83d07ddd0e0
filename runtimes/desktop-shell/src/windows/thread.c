#include "thread.h"

#include <stdlib.h>

struct start {
    void (*run)(void *context);
    void *context;
};

static DWORD WINAPI run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.run(start.context);
    return 0;
}

bool thread_start(void (*function)(void *), void *context) {
    struct start *start = malloc(sizeof *start);
    if (start == NULL) {
        return false;
    }
    *start = (struct start){function, context};
    HANDLE thread = CreateThread(NULL, 0, run, start, 0, NULL);
    if (thread == NULL) {
        free(start);
        return false;
    }
    CloseHandle(thread);
    return true;
}
