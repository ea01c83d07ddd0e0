#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "files.h"
#include "log.h"

/* A record lock, because the system then knows who holds it: no process id in a file that may be out of date, and the
 * lock ends with the process however that ends. Where locks do not work at all, games start without this. */
bool instance_claim(const char *id, const char *folder) {
    (void)id;
    char path[FILE_MAX_PATH];
    signal(INSTANCE_SIGNAL, SIG_IGN); /* until there is a window, the signal must not end the program */
    snprintf(path, sizeof path, "%s/instance.lock", folder);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* stays open: closing it would give up the lock */
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (file < 0 || fcntl(file, F_SETLK, &lock) == 0 || (errno != EACCES && errno != EAGAIN)) {
        return true;
    }
    if (fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0) {
        kill(lock.l_pid, INSTANCE_SIGNAL);
    }
    close(file);
    log_line("the game runs already; it was asked to come to the front");
    return false;
}
