#include "gate.h"

#include <stdio.h>

#include "system.h"
#include "url.h"

static bool make_secret(char *secret) {
    uint8_t random[GATE_SECRET / 2];
    if (!system_random(random, sizeof random)) {
        return false;
    }
    for (size_t i = 0; i < sizeof random; i++) {
        snprintf(secret + 2 * i, 3, "%02x", random[i]);
    }
    return true;
}

bool gate_open(struct gate *gate) {
    atomic_flag_clear(&gate->key_used);
    return make_secret(gate->key) && make_secret(gate->session);
}

/* Takes the same time wherever they differ. */
static bool is_secret(const char *secret, const char *offered, size_t length) {
    uint8_t difference = 0;
    for (size_t i = 0; i < GATE_SECRET && length == GATE_SECRET; i++) {
        difference |= (uint8_t)(secret[i] ^ offered[i]);
    }
    return length == GATE_SECRET && difference == 0;
}

/* Is the cookie among "a=1; b=2"? */
static bool has_cookie(const struct gate *gate, const char *cookies) {
    static const char NAME[] = GATE_COOKIE "=";
    while (cookies != NULL && *cookies != 0) {
        size_t length = strcspn(cookies, ";");
        size_t prefix = strlen(NAME);
        if (length > prefix && strncmp(cookies, NAME, prefix) == 0) {
            return is_secret(gate->session, cookies + prefix, length - prefix);
        }
        cookies += length;
        cookies += strspn(cookies, "; ");
    }
    return false;
}

static bool has_key(struct gate *gate, const char *target) {
    char key[GATE_SECRET + 1];
    return url_parameter(target, "key", key, sizeof key) && is_secret(gate->key, key, strlen(key)) &&
           !atomic_flag_test_and_set(&gate->key_used);
}

static bool is_or_absent(const char *value, const char *expected) {
    return value == NULL || strcmp(value, expected) == 0;
}

enum verdict gate_judge(struct gate *gate, const char *target, const struct visitor *visitor) {
    if (visitor->host == NULL || strcmp(visitor->host, GATE_HOST) != 0) {
        return GATE_REFUSE;
    }
    if (strncmp(target, GATE_ENTRANCE "?", sizeof GATE_ENTRANCE) == 0) {
        return has_key(gate, target) ? GATE_WELCOME : GATE_REFUSE;
    }
    bool own_page = is_or_absent(visitor->origin, GATE_ORIGIN) &&
                    (is_or_absent(visitor->fetch_site, "same-origin") || strcmp(visitor->fetch_site, "none") == 0);
    return own_page && has_cookie(gate, visitor->cookie) ? GATE_PASS : GATE_REFUSE;
}
