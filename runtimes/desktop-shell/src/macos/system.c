#include "system.h"

#include <mach-o/dyld.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "files.h"
#include "objc.h"

const char *const SYSTEM_VIEW_ADVICE = "This game needs macOS 11 or newer.";

bool system_random(uint8_t *out, size_t size) { return getentropy(out, size) == 0; }

bool system_executable(char *path, size_t capacity) {
    uint32_t size = (uint32_t)capacity;
    return _NSGetExecutablePath(path, &size) == 0;
}

/* In a bundle the game is a resource: what follows the code of a signed program would break its signature. */
const char *system_payload(struct bytes *payload) {
    char path[FILE_MAX_PATH], resource[FILE_MAX_PATH + 32];
    if (!system_executable(path, sizeof path)) {
        return "it does not know where it is";
    }
    char *name = strrchr(path, '/');
    snprintf(resource, sizeof resource, "%.*s/../Resources/game.pak", name == NULL ? 0 : (int)(name - path), path);
    return file_map(resource, payload) ? NULL : "it contains no game";
}

bool system_data_folder(const char *name, char *path, size_t capacity) {
    const char *home = getenv("HOME");
    int length = home == NULL || home[0] != '/'
                     ? -1
                     : snprintf(path, capacity, "%s/Library/Application Support/%s", home, name);
    return length > 0 && (size_t)length < capacity;
}

void system_message(const char *title, const char *text) {
    fprintf(stderr, "%s: %s\n", title, text);
    if (!objc_load()) {
        return;
    }
    void *pool = objc_pool_open();
    send(objc_class("NSApplication"), "sharedApplication");
    id alert = objc_new("NSAlert");
    send_id(alert, "setMessageText:", objc_string(title));
    send_id(alert, "setInformativeText:", objc_string(text));
    send(alert, "runModal");
    objc_pool_close(pool);
}
