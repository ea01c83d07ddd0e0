#include "url.h"

#include <stdio.h>

static int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    char lower = (char)(letter | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

const char *url_target(const char *address, const char *origin) {
    size_t length = strlen(origin);
    return strncmp(address, origin, length) == 0 && address[length] == '/' ? address + length : NULL;
}

/* Decodes size bytes of text, in which '+' means plus. */
static bool decode(const char *text, size_t size, char plus, char *out, size_t capacity) {
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        char letter = text[i] == '+' ? plus : text[i];
        if (letter == '%') {
            int high = size - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = size - i > 2 ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0)) {
                return false;
            }
            letter = (char)(high << 4 | low);
            i += 2;
        }
        if (used + 1 >= capacity) {
            return false;
        }
        out[used++] = letter;
    }
    out[used] = 0;
    return capacity > 0;
}

bool url_path(const char *target, char *path, size_t capacity) {
    return target[0] == '/' && decode(target + 1, strcspn(target + 1, "?#"), '+', path, capacity);
}

bool url_parameter(const char *target, const char *name, char *value, size_t capacity) {
    size_t name_length = strlen(name);
    const char *at = target + strcspn(target, "?#");
    while (*at == '?' || *at == '&') {
        at++;
        size_t length = strcspn(at, "&#");
        if (length > name_length && strncmp(at, name, name_length) == 0 && at[name_length] == '=') {
            return decode(at + name_length + 1, length - name_length - 1, ' ', value, capacity);
        }
        at += length;
    }
    return false;
}

bool url_of_file(const char *path, char *address, size_t capacity) {
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:";
    size_t used = (size_t)snprintf(address, capacity, path[0] == '/' ? "file://" : "file:///");
    for (; *path != 0; path++) {
        char letter = *path == '\\' ? '/' : *path;
        if (used + 4 > capacity) {
            return false;
        }
        bool plain = strchr(PLAIN, letter) != NULL;
        used += (size_t)snprintf(address + used, capacity - used, plain ? "%c" : "%%%02X", (uint8_t)letter);
    }
    return used < capacity;
}
