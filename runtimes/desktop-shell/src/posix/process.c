#include "process.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

pid_t process_start(const char *const *arguments) {
    pid_t process;
    int problem = posix_spawnp(&process, arguments[0], NULL, NULL, (char *const *)arguments, environ);
    return problem == 0 ? process : -1;
}

int process_wait_status(pid_t process) {
    int status;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool process_wait(pid_t process) { return process_wait_status(process) == 0; }

bool process_run(const char *const *arguments) {
    pid_t process = process_start(arguments);
    return process > 0 && process_wait(process);
}
