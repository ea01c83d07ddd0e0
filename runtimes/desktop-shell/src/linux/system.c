#include "system.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "files.h"
#include "payload_locator.h"
#include "process.h"

const char *const SYSTEM_VIEW_ADVICE =
    "This game needs WebKitGTK (the package libwebkit2gtk-4.1-0, webkit2gtk4.1 or webkit2gtk-4.1) or a browser: "
    "Chromium, Google Chrome, Microsoft Edge or Brave. Please install one of them.";

bool system_random(uint8_t *out, size_t size) { return getrandom(out, size, 0) == (ssize_t)size; }

bool system_executable(char *path, size_t capacity) {
    ssize_t length = readlink("/proc/self/exe", path, capacity - 1);
    if (length <= 0) {
        return false;
    }
    path[length] = 0;
    return true;
}

const char *system_payload(struct bytes *payload) {
    struct bytes executable;
    if (!file_map("/proc/self/exe", &executable)) {
        return "it cannot read itself";
    }
    bool found = payload_locator_find(payload_locator_own(), executable, payload);
    return found ? NULL : "it contains no game, or is cut short";
}

bool system_data_folder(const char *name, char *path, size_t capacity) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int length = -1;
    if (data != NULL && data[0] == '/') { /* the specification: a relative one is to be ignored */
        length = snprintf(path, capacity, "%s/%s", data, name);
    } else if (home != NULL && home[0] == '/') {
        length = snprintf(path, capacity, "%s/.local/share/%s", home, name);
    }
    return length > 0 && (size_t)length < capacity;
}

/* Uses the first of the desktops' message programs that is installed. */
void system_message(const char *title, const char *text) {
    fprintf(stderr, "%s: %s\n", title, text);
    if (getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL) {
        return;
    }
    const char *const zenity[] = {"zenity", "--error", "--no-markup", "--title", title, "--text", text, NULL};
    const char *const kdialog[] = {"kdialog", "--title", title, "--error", text, NULL};
    const char *const xmessage[] = {"xmessage", "-center", text, NULL};
    const char *const *const programs[] = {zenity, kdialog, xmessage};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        if (process_run(programs[i])) {
            return;
        }
    }
}
