#include "graphics.h"

#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "files.h"
#include "webkit.h"

enum { MAX_CARDS = 8 };

struct line {
    char *text;
    size_t used, capacity;
};

__attribute__((format(printf, 2, 3))) static void append(struct line *line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->used, line->capacity - line->used, format, arguments);
    va_end(arguments);
    line->used += length < 0 ? 0 : (size_t)length;
    line->used = line->used < line->capacity ? line->used : line->capacity - 1; /* what does not fit is left out */
}

/* A library's size and time change with every update, also where its version does not. Mesa's drivers are loaded later;
 * libgbm comes from the same source. */
static int append_library(struct dl_phdr_info *library, size_t size, void *line) {
    (void)size;
    struct stat status;
    bool counts = strstr(library->dlpi_name, "/libwebkit2gtk-") != NULL || strstr(library->dlpi_name, "/libgbm.so") != NULL;
    if (counts && stat(library->dlpi_name, &status) == 0) {
        append(line, " %lld@%lld", (long long)status.st_size, (long long)status.st_mtime);
    }
    return 0;
}

/* Appends the first line of a file of the kernel's; nothing where there is none. */
static void append_fact(struct line *line, const char *path) {
    char text[64];
    if (file_read_text(path, text, sizeof text)) {
        text[strcspn(text, "\n")] = 0;
        append(line, " %s", text);
    }
}

static void append_cards(struct line *line) {
    for (int card = 0; card < MAX_CARDS; card++) {
        char path[64];
        snprintf(path, sizeof path, "/sys/class/drm/card%d/device/vendor", card);
        append_fact(line, path);
        snprintf(path, sizeof path, "/sys/class/drm/card%d/device/device", card);
        append_fact(line, path);
    }
}

void graphics_describe(char *text, size_t capacity) {
    struct line line = {.text = text, .capacity = capacity};
    struct utsname kernel;
    append(&line, "WebKitGTK 2.%u.%u", webkit.webkit_get_minor_version(), webkit.webkit_get_micro_version());
    dl_iterate_phdr(append_library, &line);
    if (uname(&kernel) == 0) {
        append(&line, " %s %s", kernel.sysname, kernel.release);
    }
    append(&line, getenv("WAYLAND_DISPLAY") != NULL ? " wayland" : " x11");
    append_fact(&line, "/sys/module/nvidia/version");
    append_cards(&line);
}
