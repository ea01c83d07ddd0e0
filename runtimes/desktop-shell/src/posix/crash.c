#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "system.h"

static int log_file = -1;

/* Does only what a signal handler may: it writes, and then dies as it would have without it (SA_RESETHAND). */
static void report(int signal) {
    static const char TEXT[] = "the shell crashed, signal ";
    char digits[3] = {(char)('0' + signal / 10), (char)('0' + signal % 10), '\n'};
    if (write(log_file, TEXT, sizeof TEXT - 1) < 0 || write(log_file, digits, sizeof digits) < 0) {
        _exit(128 + signal);
    }
    raise(signal);
}

void system_watch_for_crashes(const char *log_path) {
    static const int FATAL[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    log_file = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_file < 0) {
        return;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = report;
    action.sa_flags = (int)SA_RESETHAND;
    for (size_t i = 0; i < sizeof FATAL / sizeof *FATAL; i++) {
        sigaction(FATAL[i], &action, NULL);
    }
}
