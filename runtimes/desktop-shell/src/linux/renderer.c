#include "renderer.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "graphics.h"
#include "log.h"
#include "process.h"
#include "renderer_trial.h"
#include "system.h"
#include "webkit.h"

enum { FIRST_MINOR = 42 }; /* WebKitGTK 2.42 is the first that knows DMABUF */

static const char SETTING[] = "AETHEL_SHELL_RENDERER", WITHOUT_DMABUF[] = "WEBKIT_DISABLE_DMABUF_RENDERER";

enum renderer { UNTRIED, DMABUF, PLAIN, NONE };
static const char *const NAMES[] = {[UNTRIED] = "auto", [DMABUF] = "dmabuf", [PLAIN] = "plain"};

/* The renderer of that name; NONE for any other name. */
static enum renderer renderer_named(const char *name) {
    enum renderer renderer = UNTRIED;
    while (renderer < NONE && strcmp(NAMES[renderer], name) != 0) {
        renderer++;
    }
    return renderer;
}

/* --- what is remembered: a renderer and the graphics it was found on, a line each ------------------------------- */

struct memory {
    char path[FILE_MAX_PATH];
    char graphics[512];
};

static enum renderer recall(const struct memory *memory) {
    char text[sizeof memory->graphics + 16];
    if (!file_read_text(memory->path, text, sizeof text)) {
        return UNTRIED;
    }
    char *graphics = strchr(text, '\n');
    if (graphics == NULL) {
        return UNTRIED;
    }
    *graphics++ = 0;
    graphics[strcspn(graphics, "\n")] = 0;
    if (strcmp(graphics, memory->graphics) != 0) {
        log_line("WebKitGTK or the graphics driver is another one than before: what it shows is tried anew");
        return UNTRIED;
    }
    enum renderer known = renderer_named(text);
    return known == NONE ? UNTRIED : known; /* somebody has edited it */
}

static void remember(const struct memory *memory, enum renderer renderer) {
    char text[sizeof memory->graphics + 16];
    snprintf(text, sizeof text, "%s\n%s\n", NAMES[renderer], memory->graphics);
    if (!file_write_text(memory->path, text)) {
        log_line("%.200s cannot be written: what WebKitGTK shows will be tried at each start", memory->path);
    }
}

/* --- the trials -------------------------------------------------------------------------------------------------- */

/* Runs the trial in a process of its own: some drivers end the process that asks them for pictures. */
static enum trial_result try_renderer(void) {
    char program[FILE_MAX_PATH];
    const char *const arguments[] = {program, RENDERER_TRIAL, NULL};
    if (!system_executable(program, sizeof program)) {
        return TRIAL_UNKNOWN;
    }
    pid_t process = process_start(arguments);
    if (process < 0) {
        return TRIAL_UNKNOWN;
    }
    int status = process_wait_status(process);
    return status < 0 || status > TRIAL_UNKNOWN ? TRIAL_CRASHED : (enum trial_result)status;
}

static enum renderer try_plain(void) {
    setenv(WITHOUT_DMABUF, "1", 1);
    enum trial_result result = try_renderer();
    if (result == TRIAL_BLANK) {
        log_line("without DMABUF it shows nothing either: --browser opens the game in an installed browser");
    }
    return result == TRIAL_CRASHED ? NONE : PLAIN;
}

static enum renderer find_out(const struct memory *memory) {
    static const char *const TOLD[] = {
        [TRIAL_DRAWN] = "works",
        [TRIAL_BLANK] = "shows nothing",
        [TRIAL_CRASHED] = "crashes",
        [TRIAL_UNKNOWN] = "could not be tried",
    };
    enum trial_result result = try_renderer();
    log_line("WebKitGTK's DMABUF renderer %s with this graphics driver", TOLD[result]);
    enum renderer found = result == TRIAL_BLANK || result == TRIAL_CRASHED ? try_plain() : DMABUF;
    if (result != TRIAL_UNKNOWN && found != NONE) { /* with none, each start looks whether that is mended */
        remember(memory, found);
    }
    return found;
}

/* --- the choice -------------------------------------------------------------------------------------------------- */

static enum renderer read_setting(void) {
    const char *setting = getenv(SETTING);
    enum renderer renderer = setting == NULL ? UNTRIED : renderer_named(setting);
    if (renderer == NONE) {
        log_line("%s is auto, dmabuf or plain, not %.40s: auto is taken", SETTING, setting);
        return UNTRIED;
    }
    return renderer;
}

static enum renderer choose(const char *folder) {
    struct memory memory;
    snprintf(memory.path, sizeof memory.path, "%s/renderer", folder);
    graphics_describe(memory.graphics, sizeof memory.graphics);
    enum renderer known = recall(&memory);
    return known == UNTRIED ? find_out(&memory) : known;
}

bool renderer_choose(const char *folder) {
    if (getenv(WITHOUT_DMABUF) != NULL || webkit.webkit_get_minor_version() < FIRST_MINOR) {
        return true; /* the user has chosen, or there is no choice */
    }
    enum renderer renderer = read_setting();
    renderer = renderer == UNTRIED ? choose(folder) : renderer;
    if (renderer == PLAIN) {
        setenv(WITHOUT_DMABUF, "1", 1);
        log_line("WebKitGTK draws without DMABUF, which is slower; %s=dmabuf tries it again, a new driver does so by itself",
                 SETTING);
    } else if (renderer == NONE) {
        log_line("WebKitGTK does not start with this graphics driver: install the driver, or Mesa, anew");
    }
    return renderer != NONE;
}
