#include "text.h"

#include <windows.h>

bool text_widen(const char *text, wchar_t *wide, size_t capacity) {
    bool fits = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, (int)capacity) > 0;
    wide[fits ? wcslen(wide) : 0] = 0;
    return fits;
}

bool text_narrow(const wchar_t *wide, char *text, size_t capacity) {
    bool fits = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, -1, text, (int)capacity, NULL, NULL) > 0;
    text[fits ? strlen(text) : 0] = 0;
    return fits;
}
