#include "system.h"

#include <stdio.h>
#include <windows.h>

#include <bcrypt.h>
#include <shlobj.h>

#include "files.h"
#include "payload_locator.h"
#include "text.h"

const char *const SYSTEM_VIEW_ADVICE =
    "This game needs Microsoft's WebView2 runtime, Microsoft Edge or Google Chrome. Please install one of them.";

bool system_random(uint8_t *out, size_t size) {
    return BCryptGenRandom(NULL, out, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

bool system_executable(char *path, size_t capacity) {
    wchar_t wide[FILE_MAX_PATH];
    DWORD length = GetModuleFileNameW(NULL, wide, FILE_MAX_PATH);
    return length > 0 && length < FILE_MAX_PATH && text_narrow(wide, path, capacity);
}

const char *system_payload(struct bytes *payload) {
    char path[FILE_MAX_PATH];
    struct bytes executable;
    if (!system_executable(path, sizeof path) || !file_map(path, &executable)) {
        return "it cannot read itself";
    }
    bool found = payload_locator_find(payload_locator_own(), executable, payload);
    return found ? NULL : "it contains no game, or is cut short";
}

bool system_data_folder(const char *name, char *path, size_t capacity) {
    wchar_t *wide = NULL;
    char local[FILE_MAX_PATH];
    bool found = SHGetKnownFolderPath(&FOLDERID_LocalAppData, 0, NULL, &wide) == S_OK &&
                 text_narrow(wide, local, sizeof local);
    CoTaskMemFree(wide);
    int length = found ? snprintf(path, capacity, "%s\\%s", local, name) : -1;
    return length > 0 && (size_t)length < capacity;
}

void system_message(const char *title, const char *text) {
    wchar_t wide_title[256], wide_text[1024];
    fprintf(stderr, "%s: %s\n", title, text);
    text_widen(title, wide_title, 256);
    text_widen(text, wide_text, 1024);
    MessageBoxW(NULL, wide_text, wide_title, MB_OK | MB_ICONERROR);
}

static HANDLE crash_log;

static LONG WINAPI report(EXCEPTION_POINTERS *exception) {
    char line[96];
    DWORD written;
    int size = snprintf(line, sizeof line, "the shell crashed, exception %08lx at %p\n",
                        exception->ExceptionRecord->ExceptionCode, exception->ExceptionRecord->ExceptionAddress);
    WriteFile(crash_log, line, (DWORD)size, &written, NULL);
    return EXCEPTION_CONTINUE_SEARCH;
}

void system_watch_for_crashes(const char *log_path) {
    wchar_t wide[FILE_MAX_PATH];
    text_widen(log_path, wide, FILE_MAX_PATH);
    crash_log = CreateFileW(wide, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_ALWAYS, 0, NULL);
    if (crash_log != INVALID_HANDLE_VALUE) {
        SetUnhandledExceptionFilter(report);
    }
}
