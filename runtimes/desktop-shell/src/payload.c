#include "payload.h"

#include <stdlib.h>

#include "utf8.h"

enum {
    LOCAL_SIGNATURE = 0x04034B50,
    CENTRAL_SIGNATURE = 0x02014B50,
    END_SIGNATURE = 0x06054B50,
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    MAX_COMMENT = 0xFFFF,
    STORED = 0,
    FLAG_ENCRYPTED = 1,
};

/* What the end record says about the table of contents. */
struct directory {
    size_t offset, size, count;
};

static uint32_t u16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static uint32_t u32(const uint8_t *at) { return u16(at) | u16(at + 2) << 16; }

/* The end record is the last thing but its comment, which reaches exactly to the end of the archive. */
static const char *find_directory(struct bytes archive, struct directory *directory) {
    for (size_t comment = 0; comment <= MAX_COMMENT && comment + END_SIZE <= archive.size; comment++) {
        size_t end_offset = archive.size - END_SIZE - comment;
        const uint8_t *end = archive.data + end_offset;
        if (u32(end) != END_SIGNATURE || u16(end + 20) != comment) {
            continue;
        }
        *directory = (struct directory){.offset = u32(end + 16), .size = u32(end + 12), .count = u16(end + 10)};
        if (u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != directory->count || directory->count == 0xFFFF) {
            return "the archive has several volumes, or more than 65,534 files";
        }
        if (directory->offset > end_offset || directory->size != end_offset - directory->offset) {
            return "the archive's table of contents is not where it should be";
        }
        return NULL;
    }
    return "the archive is cut short";
}

/* Relative, and made of plain segments: neither empty nor "." nor "..", without '\' and control characters. */
static bool is_safe_name(struct bytes name) {
    if (name.size == 0 || !utf8_is_plain(name) || memchr(name.data, '\\', name.size) != NULL) {
        return false;
    }
    size_t start = 0;
    for (size_t i = 0; i <= name.size; i++) {
        if (i < name.size && name.data[i] != '/') {
            continue;
        }
        size_t length = i - start;
        const uint8_t *segment = name.data + start;
        bool dots = (length == 1 && segment[0] == '.') || (length == 2 && segment[0] == '.' && segment[1] == '.');
        if (length == 0 || dots) {
            return false;
        }
        start = i + 1;
    }
    return true;
}

/* Fills in the content of the entry whose local header is at offset. */
static const char *locate(struct bytes archive, const struct directory *directory, size_t offset, size_t size,
                          struct payload_file *file) {
    if (offset > directory->offset || directory->offset - offset < LOCAL_SIZE) {
        return "a file lies outside of the archive";
    }
    const uint8_t *header = archive.data + offset;
    size_t name_size = u16(header + 26);
    size_t content = offset + LOCAL_SIZE + name_size + u16(header + 28);
    if (content > directory->offset || directory->offset - content < size) {
        return "a file lies outside of the archive";
    }
    struct bytes local_name = {header + LOCAL_SIZE, name_size};
    if (u32(header) != LOCAL_SIGNATURE || bytes_compare(local_name, file->name) != 0) {
        return "a file is not where the table of contents says";
    }
    file->content = (struct bytes){archive.data + content, size};
    return NULL;
}

/* Reads one entry of the table of contents, of which at most room bytes are left; says how long it is. */
static const char *read_entry(struct bytes archive, const struct directory *directory, const uint8_t *entry,
                              size_t room, struct payload_file *file, size_t *entry_size) {
    if (room < CENTRAL_SIZE || u32(entry) != CENTRAL_SIGNATURE) {
        return "the archive's table of contents is damaged";
    }
    size_t name_size = u16(entry + 28);
    *entry_size = CENTRAL_SIZE + name_size + u16(entry + 30) + u16(entry + 32);
    if (*entry_size > room) {
        return "the archive's table of contents is damaged";
    }
    file->name = (struct bytes){entry + CENTRAL_SIZE, name_size};
    if (!is_safe_name(file->name)) {
        return "the archive has a file with a forbidden name";
    }
    uint32_t size = u32(entry + 24);
    if ((u16(entry + 8) & FLAG_ENCRYPTED) != 0 || u16(entry + 10) != STORED || u32(entry + 20) != size) {
        return "the archive has a compressed or encrypted file";
    }
    return locate(archive, directory, u32(entry + 42), size, file);
}

static int by_name(const void *left, const void *right) {
    return bytes_compare(((const struct payload_file *)left)->name, ((const struct payload_file *)right)->name);
}

static const char *read_directory(struct payload *payload, struct bytes archive, const struct directory *directory) {
    size_t at = directory->offset;
    size_t end = directory->offset + directory->size;
    for (; payload->count < directory->count; payload->count++) {
        size_t entry_size = 0;
        const char *problem = read_entry(archive, directory, archive.data + at, end - at,
                                         &payload->files[payload->count], &entry_size);
        if (problem != NULL) {
            return problem;
        }
        at += entry_size;
    }
    return at == end ? NULL : "the archive's table of contents is damaged";
}

static const char *sort_by_name(struct payload *payload) {
    qsort(payload->files, payload->count, sizeof *payload->files, by_name);
    for (size_t i = 1; i < payload->count; i++) {
        if (by_name(&payload->files[i - 1], &payload->files[i]) == 0) {
            return "the archive has two files of the same name";
        }
    }
    return NULL;
}

const char *payload_open(struct payload *payload, struct bytes archive) {
    *payload = (struct payload){0};
    struct directory directory;
    const char *problem = find_directory(archive, &directory);
    if (problem != NULL) {
        return problem;
    }
    payload->files = calloc(directory.count + 1, sizeof *payload->files);
    if (payload->files == NULL) {
        return "there is not enough memory";
    }
    problem = read_directory(payload, archive, &directory);
    if (problem == NULL) {
        problem = sort_by_name(payload);
    }
    if (problem != NULL) {
        payload_close(payload);
    }
    return problem;
}

bool payload_find(const struct payload *payload, struct bytes name, struct bytes *content) {
    if (payload->count == 0) {
        return false;
    }
    struct payload_file wanted = {.name = name};
    const struct payload_file *file =
        bsearch(&wanted, payload->files, payload->count, sizeof *payload->files, by_name);
    if (file == NULL) {
        return false;
    }
    *content = file->content;
    return true;
}

void payload_close(struct payload *payload) {
    free(payload->files);
    *payload = (struct payload){0};
}
