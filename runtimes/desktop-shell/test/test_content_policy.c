#include "check.h"
#include "content_policy.h"

#define META(content) "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"" content "\"><p>x"

/* Whether the page becomes the other one, and the counted size is right. */
static bool becomes(const char *page, const char *amended) {
    uint8_t out[2048];
    size_t size = content_policy_allow_media(bytes_of(page), "http://m:1", NULL);
    CHECK(size < sizeof out && content_policy_allow_media(bytes_of(page), "http://m:1", out) == size);
    bool same = size == strlen(amended) && memcmp(out, amended, size) == 0;
    if (!same) {
        fprintf(stderr, "%.*s\n", (int)size, out);
    }
    return same;
}

static bool stays(const char *page) { return becomes(page, page); }

CASE(a_policy_for_media_gets_one_more_source) {
    CHECK(becomes(META("media-src 'self'"), META("media-src 'self' http://m:1")));
    CHECK(becomes(META("default-src 'none'; media-src 'self' data: ; img-src *"),
                  META("default-src 'none'; media-src 'self' data:  http://m:1; img-src *")));
    CHECK(becomes(META("MEDIA-SRC *;media-src a:"), META("MEDIA-SRC * http://m:1;media-src a:")));
}

CASE(a_policy_for_everything_gets_one_for_media) {
    CHECK(becomes(META("default-src 'self' a:"), META("default-src 'self' a:; media-src 'self' a: http://m:1")));
    CHECK(becomes(META("script-src b:; default-src\n'self';"),
                  META("script-src b:; default-src\n'self';; media-src\n'self' http://m:1")));
    CHECK(becomes(META("default-src &#39;self&#39;; img-src *"),
                  META("default-src &#39;self&#39;; img-src *; media-src &#39;self&#39; http://m:1")));
}

CASE(a_policy_without_media_stays) {
    CHECK(stays(META("media-src 'none'")) && stays(META("default-src 'none'")) && stays(META("media-src")));
    CHECK(stays(META("default-src &#x27;none&#x27;; script-src 'self'")));
    CHECK(stays(META("script-src 'self'; x-media-src 'self'")) && stays(META("")));
    CHECK(stays(META("default-src 'self'; media-src 'none'")));
}

CASE(a_policy_is_found_however_it_is_written) {
    CHECK(becomes("<META content='default-src a:' HTTP-EQUIV = content-security-policy />",
                  "<META content='default-src a:; media-src a: http://m:1' HTTP-EQUIV = content-security-policy />"));
    CHECK(becomes("<meta\nhttp-equiv=\"content-security-policy\"content=\"media-src a:\"><meta http-equiv="
                  "content-security-policy content='media-src b:'>",
                  "<meta\nhttp-equiv=\"content-security-policy\"content=\"media-src a: http://m:1\"><meta http-equiv="
                  "content-security-policy content='media-src b: http://m:1'>"));
}

CASE(what_is_no_policy_stays) {
    CHECK(stays("") && stays("<") && stays("<meta") && stays("<meta "));
    CHECK(stays("<meta name=\"Content-Security-Policy\" content=\"media-src a:\">"));
    CHECK(stays("<metal http-equiv=\"Content-Security-Policy\" content=\"media-src a:\">"));
    CHECK(stays("<meta http-equiv=\"Content-Security-Policy\" content=media-src>"));
    CHECK(stays("<meta http-equiv=\"Content-Security-Policy\"><meta content=\"media-src a:\">"));
}

int main(void) {
    RUN(a_policy_for_media_gets_one_more_source);
    RUN(a_policy_for_everything_gets_one_for_media);
    RUN(a_policy_without_media_stays);
    RUN(a_policy_is_found_however_it_is_written);
    RUN(what_is_no_policy_stays);
}
