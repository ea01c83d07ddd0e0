#include "files.h"

#include <windows.h>

#include "text.h"

bool file_map(const char *path, struct bytes *content) {
    wchar_t wide[FILE_MAX_PATH];
    LARGE_INTEGER size;
    if (!text_widen(path, wide, FILE_MAX_PATH)) {
        return false;
    }
    HANDLE file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return false;
    }
    HANDLE mapping = GetFileSizeEx(file, &size) ? CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL) : NULL;
    const void *view = mapping == NULL ? NULL : MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0);
    if (mapping != NULL) {
        CloseHandle(mapping); /* the view keeps what it needs */
    }
    CloseHandle(file);
    if (view == NULL) {
        return false;
    }
    *content = (struct bytes){view, (size_t)size.QuadPart};
    return true;
}

static FILE *open_wide(const char *path, const wchar_t *mode) {
    wchar_t wide[FILE_MAX_PATH];
    return text_widen(path, wide, FILE_MAX_PATH) ? _wfopen(wide, mode) : NULL;
}

bool file_read_text(const char *path, char *text, size_t capacity) {
    FILE *file = open_wide(path, L"rbN");
    if (file == NULL) {
        return false;
    }
    text[fread(text, 1, capacity - 1, file)] = 0;
    fclose(file);
    return true;
}

/* The folder among the user's own application data keeps others out. */
bool file_write_text(const char *path, const char *text) {
    char fresh[FILE_MAX_PATH];
    wchar_t wide_fresh[FILE_MAX_PATH], wide[FILE_MAX_PATH];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = open_wide(fresh, L"wbN");
    if (file == NULL) {
        return false;
    }
    bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written && text_widen(fresh, wide_fresh, FILE_MAX_PATH) &&
           text_widen(path, wide, FILE_MAX_PATH) && MoveFileExW(wide_fresh, wide, MOVEFILE_REPLACE_EXISTING);
}

FILE *file_append(const char *path) { return open_wide(path, L"abN"); }

size_t file_size(const char *path) {
    wchar_t wide[FILE_MAX_PATH];
    WIN32_FILE_ATTRIBUTE_DATA status;
    bool there = text_widen(path, wide, FILE_MAX_PATH) && GetFileAttributesExW(wide, GetFileExInfoStandard, &status);
    return there ? (size_t)status.nFileSizeHigh << 32 | status.nFileSizeLow : 0;
}

void file_rename(const char *from, const char *to) {
    wchar_t wide_from[FILE_MAX_PATH], wide_to[FILE_MAX_PATH];
    if (text_widen(from, wide_from, FILE_MAX_PATH) && text_widen(to, wide_to, FILE_MAX_PATH)) {
        MoveFileExW(wide_from, wide_to, MOVEFILE_REPLACE_EXISTING);
    }
}

void file_remove(const char *path) {
    wchar_t wide[FILE_MAX_PATH];
    if (text_widen(path, wide, FILE_MAX_PATH)) {
        DeleteFileW(wide);
    }
}

bool folder_make(const char *path) {
    wchar_t wide[FILE_MAX_PATH];
    return text_widen(path, wide, FILE_MAX_PATH) &&
           (CreateDirectoryW(wide, NULL) || GetLastError() == ERROR_ALREADY_EXISTS);
}
