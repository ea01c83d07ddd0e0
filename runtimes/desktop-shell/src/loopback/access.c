#include "access.h"

#include <stdio.h>

#include "system.h"
#include "url.h"

static bool make_secret(char *secret) {
    uint8_t random[ACCESS_SECRET_SIZE / 2];
    if (!system_random(random, sizeof random)) {
        return false;
    }
    for (size_t i = 0; i < sizeof random; i++) {
        snprintf(secret + 2 * i, 3, "%02x", random[i]);
    }
    return true;
}

bool access_init(struct access_secrets *secrets) {
    atomic_flag_clear(&secrets->key_used);
    return make_secret(secrets->key) && make_secret(secrets->session);
}

/* Whether they are equal; takes the same time wherever they differ. */
static bool equals_secret(const char *secret, const char *offered, size_t length) {
    uint8_t difference = 0;
    for (size_t i = 0; i < ACCESS_SECRET_SIZE && length == ACCESS_SECRET_SIZE; i++) {
        difference |= (uint8_t)(secret[i] ^ offered[i]);
    }
    return length == ACCESS_SECRET_SIZE && difference == 0;
}

/* Whether the session cookie is among cookies such as "a=1; b=2". */
static bool has_cookie(const struct access_secrets *secrets, const char *cookies) {
    static const char NAME[] = ACCESS_COOKIE "=";
    while (cookies != NULL && *cookies != 0) {
        size_t length = strcspn(cookies, ";");
        size_t prefix = strlen(NAME);
        if (length > prefix && strncmp(cookies, NAME, prefix) == 0) {
            return equals_secret(secrets->session, cookies + prefix, length - prefix);
        }
        cookies += length;
        cookies += strspn(cookies, "; ");
    }
    return false;
}

static bool has_key(struct access_secrets *secrets, const char *target) {
    char key[ACCESS_SECRET_SIZE + 1];
    return url_parameter(target, "key", key, sizeof key) && equals_secret(secrets->key, key, strlen(key)) &&
           !atomic_flag_test_and_set(&secrets->key_used);
}

static bool is_or_absent(const char *value, const char *expected) {
    return value == NULL || strcmp(value, expected) == 0;
}

enum access_result access_check(struct access_secrets *secrets, const char *target,
                                const struct request_headers *headers) {
    if (headers->host == NULL || strcmp(headers->host, ACCESS_HOST) != 0) {
        return ACCESS_DENIED;
    }
    if (strncmp(target, ACCESS_ENTRY "?", sizeof ACCESS_ENTRY) == 0) {
        return has_key(secrets, target) ? ACCESS_KEY_ACCEPTED : ACCESS_DENIED;
    }
    bool own_page = is_or_absent(headers->origin, ACCESS_ORIGIN) &&
                    (is_or_absent(headers->fetch_site, "same-origin") || strcmp(headers->fetch_site, "none") == 0);
    return own_page && has_cookie(secrets, headers->cookie) ? ACCESS_GRANTED : ACCESS_DENIED;
}

const char *access_media_target(const struct access_secrets *secrets, const char *target) {
    size_t length = strcspn(target + 1, "/");
    const char *rest = target + 1 + length;
    return *rest == '/' && equals_secret(secrets->session, target + 1, length) ? rest : NULL;
}
