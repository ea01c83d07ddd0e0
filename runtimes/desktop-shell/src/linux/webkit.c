#include "webkit.h"

#include <dlfcn.h>
#include <string.h>

#include "log.h"

struct webkit webkit;

/* One handle is enough: dlsym searches the libraries that it is linked to as well. */
static void *open_library(void) {
    static const char *const NAMES[] = {"libwebkit2gtk-4.1.so.0", "libwebkit2gtk-4.0.so.37"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        void *library = dlopen(NAMES[i], RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) {
            log_line("the web view is %s", NAMES[i]);
            return library;
        }
        log_line("no web view: %s", dlerror());
    }
    return NULL;
}

/* POSIX lets a void pointer hold a function's address, C does not: hence the copy. */
static bool look_up(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    if (symbol == NULL) {
        log_line("the web view is too old: it has no %s", name);
    }
    return symbol != NULL;
}

bool webkit_load(void) {
    void *library = open_library();
    bool complete = library != NULL;
#define LOOK_UP(result, name, parameters) complete = complete && look_up(library, #name, &webkit.name);
    WEBKIT_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return complete;
}

void webkit_connect(object *instance, const char *signal, callback handler, void *context) {
    webkit.g_signal_connect_data(instance, signal, handler, context, NULL, 0);
}
