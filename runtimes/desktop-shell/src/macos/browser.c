/* Every macOS has its web view, so no browser is looked for. */
#include "shell.h"

enum show_result browser_show(const struct shell *shell) {
    (void)shell;
    return UNAVAILABLE;
}
