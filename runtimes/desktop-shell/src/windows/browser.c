#include "browser.h"

#include <windows.h>

#include "log.h"
#include "text.h"

enum { MAX_COMMAND = 32767 }; /* CreateProcess takes no more */

/* Finds an installed program where it is registered ("App Paths"). */
static bool find_program(const wchar_t *name, wchar_t *path, DWORD size) {
    wchar_t key[160];
    swprintf(key, 160, L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\%ls", name);
    DWORD size_again = size;
    return RegGetValueW(HKEY_CURRENT_USER, key, NULL, RRF_RT_REG_SZ, NULL, path, &size) == ERROR_SUCCESS ||
           RegGetValueW(HKEY_LOCAL_MACHINE, key, NULL, RRF_RT_REG_SZ, NULL, path, &size_again) == ERROR_SUCCESS;
}

/* Adds one argument to a command line, quoted as CommandLineToArgvW parses it. None of ours contains '"' or ends in
 * '\', so that nothing needs an escape. */
static bool add_argument(wchar_t *command, const wchar_t *argument) {
    size_t used = wcslen(command);
    if (wcschr(argument, L'"') != NULL || used + wcslen(argument) + 4 > MAX_COMMAND) {
        return false;
    }
    swprintf(command + used, MAX_COMMAND - used, L"%ls\"%ls\"", used == 0 ? L"" : L" ", argument);
    return true;
}

static bool make_command(wchar_t *command, const wchar_t *program, const struct browser_arguments *arguments) {
    const char *list[BROWSER_MAX_ARGUMENTS];
    static wchar_t wide[MAX_COMMAND];
    browser_list(arguments, list);
    command[0] = 0;
    bool made = add_argument(command, program);
    for (size_t i = 0; made && list[i] != NULL; i++) {
        made = text_widen(list[i], wide, MAX_COMMAND) && add_argument(command, wide);
    }
    return made;
}

bool browser_start(struct browser_process *process, const struct browser_arguments *arguments) {
    static const wchar_t *const BROWSERS[] = {L"msedge.exe", L"chrome.exe", L"brave.exe", L"chromium.exe"};
    static wchar_t path[FILE_MAX_PATH], command[MAX_COMMAND];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION started;
    for (size_t i = 0; i < sizeof BROWSERS / sizeof *BROWSERS; i++) {
        if (find_program(BROWSERS[i], path, sizeof path) && make_command(command, path, arguments) &&
            CreateProcessW(path, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &started)) {
            CloseHandle(started.hThread);
            process->native = (intptr_t)started.hProcess;
            log_line("the window is one of %ls", BROWSERS[i]);
            return true;
        }
    }
    return false;
}

void browser_wait(struct browser_process *process) {
    WaitForSingleObject((HANDLE)process->native, INFINITE);
    CloseHandle((HANDLE)process->native);
}

static BOOL CALLBACK close_if_of(HWND window, LPARAM process_id) {
    DWORD owner = 0;
    GetWindowThreadProcessId(window, &owner);
    if (owner == (DWORD)process_id) {
        PostMessageW(window, WM_CLOSE, 0, 0);
    }
    return TRUE;
}

void browser_stop(struct browser_process *process) {
    EnumWindows(close_if_of, (LPARAM)GetProcessId((HANDLE)process->native));
}
