/* Where the game lies in its own executable: 64 bytes of data that the exporter finds by their magic and fills in. */
#ifndef PAYLOAD_LOCATOR_H
#define PAYLOAD_LOCATOR_H

#include "bytes.h"

struct payload_locator {
    uint8_t magic[16];   /* "AETHELPAYLOAD", 0, 1, 0 */
    uint8_t offset[8];   /* of the payload in this very file, little endian; 0: there is none yet */
    uint8_t size[8];     /* of the payload, little endian */
    uint8_t reserved[32];
};

/* Finds the payload within the executable's own bytes. False when there is none, or the file is cut short. What
 * follows the payload (a signature, say) does not matter. */
bool payload_locator_find(const volatile struct payload_locator *locator, struct bytes executable,
                          struct bytes *payload);

/* Returns the locator of this executable. */
const volatile struct payload_locator *payload_locator_own(void);

#endif
