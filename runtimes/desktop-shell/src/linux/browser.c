#include "browser.h"

#include <signal.h>

#include "log.h"
#include "process.h"

bool browser_start(struct browser_process *process, const struct browser_arguments *arguments) {
    static const char *const BROWSERS[] = {"google-chrome", "google-chrome-stable", "chromium",      "chromium-browser",
                                           "microsoft-edge", "microsoft-edge-stable", "brave-browser", "vivaldi"};
    const char *list[BROWSER_MAX_ARGUMENTS + 1];
    browser_list(arguments, list + 1);
    for (size_t i = 0; i < sizeof BROWSERS / sizeof *BROWSERS; i++) {
        list[0] = BROWSERS[i];
        process->native = process_start(list);
        if (process->native > 0) {
            log_line("the window is one of %s", BROWSERS[i]);
            return true;
        }
    }
    return false;
}

/* At the end of the session or Ctrl-C the browser ends too, and browser_wait returns. */
static volatile pid_t the_browser;

static void forward_signal(int signal) { kill(the_browser, signal); }

void browser_wait(struct browser_process *process) {
    the_browser = (pid_t)process->native;
    signal(SIGTERM, forward_signal);
    signal(SIGINT, forward_signal);
    process_wait(the_browser);
}

void browser_stop(struct browser_process *process) { kill((pid_t)process->native, SIGTERM); }
