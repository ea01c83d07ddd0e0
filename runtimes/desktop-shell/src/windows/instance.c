#include "instance.h"

#include <stdio.h>
#include <windows.h>

#include "log.h"
#include "window.h"

enum { TRIES = 20, PAUSE_MS = 100 };

/* Waits, because the first instance may still be opening its window. */
static HWND wait_for_window(const wchar_t *class_name) {
    HWND window = FindWindowW(class_name, NULL);
    for (int i = 0; window == NULL && i < TRIES; i++) {
        Sleep(PAUSE_MS);
        window = FindWindowW(class_name, NULL);
    }
    return window;
}

bool instance_claim(const char *id, const char *folder) {
    (void)folder;
    wchar_t class_name[WINDOW_CLASS_SIZE], mutex_name[WINDOW_CLASS_SIZE + 8];
    window_class_name(id, class_name);
    swprintf(mutex_name, WINDOW_CLASS_SIZE + 8, L"Local\\%ls", class_name);
    CreateMutexW(NULL, FALSE, mutex_name); /* kept until the program ends */
    if (GetLastError() != ERROR_ALREADY_EXISTS) {
        return true;
    }
    log_line("the game runs already; it is asked to come to the front");
    HWND window = wait_for_window(class_name);
    if (window != NULL) {
        if (IsIconic(window)) {
            ShowWindow(window, SW_RESTORE);
        }
        SetForegroundWindow(window);
    }
    return false;
}
