#include "thread.h"

#include <stdlib.h>

struct start {
    void (*run)(void *context);
    void *context;
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.run(start.context);
    return NULL;
}

bool thread_start(void (*function)(void *), void *context) {
    pthread_t thread;
    struct start *start = malloc(sizeof *start);
    if (start == NULL) {
        return false;
    }
    *start = (struct start){function, context};
    if (pthread_create(&thread, NULL, run, start) != 0) {
        free(start);
        return false;
    }
    pthread_detach(thread);
    return true;
}
