#include "archive.h"

#include <stdlib.h>

void archive_put16(struct archive *archive, size_t at, uint32_t value) {
    archive->data[at] = (uint8_t)value;
    archive->data[at + 1] = (uint8_t)(value >> 8);
}

void archive_put32(struct archive *archive, size_t at, uint32_t value) {
    archive_put16(archive, at, value & 0xFFFF);
    archive_put16(archive, at + 2, value >> 16);
}

static void append(struct archive *archive, const void *data, size_t size) {
    if (size > 0) {
        memcpy(archive->data + archive->size, data, size);
    }
    archive->size += size;
}

static void add_local(struct archive *archive, const struct member *member) {
    size_t at = archive->size;
    size_t name = strlen(member->name), content = strlen(member->content);
    archive->size += 30;
    archive_put32(archive, at, 0x04034B50);
    archive_put32(archive, at + 18, (uint32_t)content);
    archive_put32(archive, at + 22, (uint32_t)content);
    archive_put16(archive, at + 26, (uint32_t)name);
    append(archive, member->name, name);
    append(archive, member->content, content);
}

static void add_central(struct archive *archive, const struct member *member, size_t local) {
    size_t at = archive->size;
    size_t name = strlen(member->name), content = strlen(member->content);
    archive->size += 46;
    archive_put32(archive, at, 0x02014B50);
    archive_put32(archive, at + 20, (uint32_t)content);
    archive_put32(archive, at + 24, (uint32_t)content);
    archive_put16(archive, at + 28, (uint32_t)name);
    archive_put32(archive, at + 42, (uint32_t)local);
    append(archive, member->name, name);
}

void archive_make(struct archive *archive, const struct member *members, size_t count) {
    size_t locals[16];
    memset(archive, 0, sizeof *archive);
    for (size_t i = 0; i < count; i++) {
        locals[i] = archive->size;
        add_local(archive, &members[i]);
    }
    archive->directory = archive->size;
    for (size_t i = 0; i < count; i++) {
        archive->entries[i] = archive->size;
        add_central(archive, &members[i], locals[i]);
    }
    archive->end = archive->size;
    archive->size += 22;
    archive_put32(archive, archive->end, 0x06054B50);
    archive_put16(archive, archive->end + 8, (uint32_t)count);
    archive_put16(archive, archive->end + 10, (uint32_t)count);
    archive_put32(archive, archive->end + 12, (uint32_t)(archive->end - archive->directory));
    archive_put32(archive, archive->end + 16, (uint32_t)archive->directory);
}

struct bytes archive_copy(const struct archive *archive) {
    uint8_t *copy = malloc(archive->size == 0 ? 1 : archive->size);
    memcpy(copy, archive->data, archive->size);
    return (struct bytes){copy, archive->size};
}
