/* Where the game is: 64 bytes in the executable's data that the exporter finds by their magic and fills in. */
#ifndef BRAND_H
#define BRAND_H

#include "bytes.h"

struct brand {
    uint8_t magic[16];   /* "AETHELPAYLOAD", 0, 1, 0 */
    uint8_t offset[8];   /* of the payload in this very file, little endian; 0: not branded */
    uint8_t size[8];     /* of the payload, little endian */
    uint8_t reserved[32];
};

/* The payload within the executable's own bytes; false when there is none, or the file is cut short.
 * What follows the payload (a signature, say) does not matter. */
bool brand_find_payload(const volatile struct brand *brand, struct bytes executable, struct bytes *payload);

/* The brand of this executable. */
const volatile struct brand *shell_brand(void);

#endif
