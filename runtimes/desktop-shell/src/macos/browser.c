/* Every macOS has its web view, so no browser is looked for. */
#include "shell.h"

enum shown browser_show(const struct shell *shell) {
    (void)shell;
    return SHOWN_NOT;
}
