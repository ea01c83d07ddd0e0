#include "payload_locator.h"

/* volatile: the compiler must not conclude that the offset is 0; the exporter writes another one into the file. */
static const volatile struct payload_locator OWN = {.magic = "AETHELPAYLOAD\0\1"};

const volatile struct payload_locator *payload_locator_own(void) { return &OWN; }

static uint64_t little_endian(const volatile uint8_t *at) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

bool payload_locator_find(const volatile struct payload_locator *locator, struct bytes executable,
                          struct bytes *payload) {
    uint64_t offset = little_endian(locator->offset);
    uint64_t size = little_endian(locator->size);
    if (offset == 0 || offset > executable.size || size > executable.size - offset) {
        return false;
    }
    *payload = (struct bytes){executable.data + offset, (size_t)size};
    return true;
}
