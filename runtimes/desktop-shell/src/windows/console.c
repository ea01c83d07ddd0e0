#include "console.h"

#include <stdio.h>
#include <windows.h>

/* Where the output goes to a file or a pipe, it already arrives there. */
static void attach(DWORD which, FILE *stream) {
    if (GetFileType(GetStdHandle(which)) == FILE_TYPE_UNKNOWN) {
        (void)freopen("CONOUT$", "w", stream);
    }
}

void console_attach(void) {
    if (AttachConsole(ATTACH_PARENT_PROCESS)) {
        attach(STD_OUTPUT_HANDLE, stdout);
        attach(STD_ERROR_HANDLE, stderr);
        SetConsoleOutputCP(CP_UTF8);
    }
}
