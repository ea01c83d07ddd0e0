#include "archive.h"
#include "check.h"
#include "payload.h"
#include "payload_locator.h"

static const struct member GAME[] = {{"index.html", "<!doctype html>"}, {"assets/a.png", "PNG"}, {"empty", ""}};
static struct archive archive;

/* What is wrong with the archive as it is now, or NULL. */
static const char *problem_of_archive(void) {
    struct payload payload;
    struct bytes copy = archive_copy(&archive);
    const char *problem = payload_open(&payload, copy);
    if (problem == NULL) {
        payload_close(&payload);
    }
    free((void *)copy.data);
    return problem;
}

static const char *problem_with_name(const char *name) {
    struct member members[] = {{name, "x"}};
    archive_make(&archive, members, 1);
    return problem_of_archive();
}

CASE(files_are_found_by_their_exact_name) {
    struct payload payload;
    struct bytes content;
    archive_make(&archive, GAME, 3);
    struct bytes copy = archive_copy(&archive);
    CHECK(payload_open(&payload, copy) == NULL);
    CHECK(payload.count == 3);
    CHECK(payload_find(&payload, bytes_of("assets/a.png"), &content));
    CHECK(content.size == 3 && memcmp(content.data, "PNG", 3) == 0);
    CHECK(payload_find(&payload, bytes_of("empty"), &content) && content.size == 0);
    CHECK(!payload_find(&payload, bytes_of("assets/a.pn"), &content));
    CHECK(!payload_find(&payload, bytes_of("assets/a.png/"), &content));
    CHECK(!payload_find(&payload, bytes_of("INDEX.HTML"), &content));
    CHECK(!payload_find(&payload, bytes_of(""), &content));
    payload_close(&payload);
    free((void *)copy.data);
}

CASE(an_archive_without_files_is_one) {
    struct payload payload;
    struct bytes content;
    archive_make(&archive, GAME, 0);
    CHECK(payload_open(&payload, (struct bytes){archive.data, archive.size}) == NULL);
    CHECK(!payload_find(&payload, bytes_of("index.html"), &content));
    payload_close(&payload);
}

CASE(what_is_cut_short_is_refused_wherever_it_was_cut) {
    archive_make(&archive, GAME, 3);
    size_t whole = archive.size;
    for (archive.size = 0; archive.size < whole; archive.size++) {
        CHECK(problem_of_archive() != NULL);
    }
}

CASE(a_comment_is_allowed_and_hides_nothing) {
    archive_make(&archive, GAME, 3);
    archive_put16(&archive, archive.end + 20, 4);
    memcpy(archive.data + archive.size, "note", 4);
    archive.size += 4;
    CHECK(problem_of_archive() == NULL);
    archive.size -= 1; /* now the comment is longer than what is left */
    CHECK(problem_of_archive() != NULL);
}

CASE(names_that_could_leave_a_folder_are_refused) {
    static const char *const NAMES[] = {"../a",  "a/../b", "..",   ".",    "./a", "/etc/passwd", "a//b",    "a/",
                                        "a\\b",  "C:\\a",  "a/./b", "a/..", "",    "a\nb",        "a\x7F",   "\xC0\xAF",
                                        "\xFFx", "a\xE2\x82"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        CHECK_TEXT(problem_with_name(NAMES[i]), "the archive has a file with a forbidden name");
    }
    CHECK(problem_with_name("a..b/...c/ \xF0\x9F\x8E\xAE") == NULL);
}

CASE(a_name_with_nul_is_refused) {
    problem_with_name("a0b");
    archive.data[archive.entries[0] + 47] = archive.data[31] = 0;
    CHECK(problem_of_archive() != NULL);
}

CASE(two_files_of_one_name_are_refused) {
    static const struct member TWICE[] = {{"a", "1"}, {"b", "2"}, {"a", "3"}};
    archive_make(&archive, TWICE, 3);
    CHECK_TEXT(problem_of_archive(), "the archive has two files of the same name");
}

CASE(compressed_and_encrypted_files_are_refused) {
    static const char PROBLEM[] = "the archive has a compressed or encrypted file";
    archive_make(&archive, GAME, 3);
    archive_put16(&archive, archive.entries[1] + 10, 8);
    CHECK_TEXT(problem_of_archive(), PROBLEM);
    archive_make(&archive, GAME, 3);
    archive_put16(&archive, archive.entries[1] + 8, 1);
    CHECK_TEXT(problem_of_archive(), PROBLEM);
    archive_make(&archive, GAME, 3);
    archive_put32(&archive, archive.entries[1] + 20, 2); /* fewer bytes than it says it unpacks to */
    CHECK_TEXT(problem_of_archive(), PROBLEM);
}

CASE(files_that_reach_out_of_the_archive_are_refused) {
    static const uint32_t BAD[] = {0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFE0, 0x10000};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        archive_make(&archive, GAME, 3);
        archive_put32(&archive, archive.entries[1] + 42, BAD[i]); /* where it starts */
        CHECK(problem_of_archive() != NULL);
        archive_make(&archive, GAME, 3);
        archive_put32(&archive, archive.entries[1] + 20, BAD[i]); /* how long it is */
        archive_put32(&archive, archive.entries[1] + 24, BAD[i]);
        CHECK(problem_of_archive() != NULL);
    }
    archive_make(&archive, GAME, 3);
    archive_put32(&archive, archive.entries[2] + 20, 1); /* one byte into the table of contents */
    archive_put32(&archive, archive.entries[2] + 24, 1);
    CHECK_TEXT(problem_of_archive(), "a file lies outside of the archive");
    archive_make(&archive, GAME, 3);
    archive_put16(&archive, 28, 0xFFFF); /* its local header's extra field */
    CHECK_TEXT(problem_of_archive(), "a file lies outside of the archive");
}

CASE(a_local_header_must_be_there_and_say_the_same_name) {
    archive_make(&archive, GAME, 3);
    archive_put32(&archive, 0, 0x04034B51);
    CHECK_TEXT(problem_of_archive(), "a file is not where the table of contents says");
    archive_make(&archive, GAME, 3);
    archive.data[30] = 'X';
    CHECK_TEXT(problem_of_archive(), "a file is not where the table of contents says");
}

CASE(a_damaged_table_of_contents_is_refused) {
    static const uint32_t COUNTS[] = {0, 2, 4, 0xFFFE, 0xFFFF};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        archive_make(&archive, GAME, 3);
        archive_put16(&archive, archive.end + 8, COUNTS[i]);
        archive_put16(&archive, archive.end + 10, COUNTS[i]);
        CHECK(problem_of_archive() != NULL);
    }
    for (size_t offset = 28; offset <= 32; offset += 2) { /* sizes of name, extra field, comment */
        archive_make(&archive, GAME, 3);
        archive_put16(&archive, archive.entries[2] + offset, 0xFFFF);
        CHECK_TEXT(problem_of_archive(), "the archive's table of contents is damaged");
    }
    archive_make(&archive, GAME, 3);
    archive_put32(&archive, archive.end + 16, 0xFFFFFFF0);
    CHECK_TEXT(problem_of_archive(), "the archive's table of contents is not where it should be");
    archive_make(&archive, GAME, 3);
    archive_put16(&archive, archive.end + 4, 1);
    CHECK_TEXT(problem_of_archive(), "the archive has several volumes, or more than 65,534 files");
}

CASE(the_locator_says_where_the_payload_is) {
    uint8_t file[64] = {0};
    struct bytes payload, executable = {file, sizeof file};
    struct payload_locator locator = {.offset = {16}, .size = {48}};
    CHECK(payload_locator_find(&locator, executable, &payload));
    CHECK(payload.data == file + 16 && payload.size == 48);
    locator.size[0] = 40; /* a signature may follow */
    CHECK(payload_locator_find(&locator, executable, &payload) && payload.size == 40);
    locator.size[0] = 49;
    CHECK(!payload_locator_find(&locator, executable, &payload));
    memset(locator.size, 0xFF, 8);
    CHECK(!payload_locator_find(&locator, executable, &payload));
    memset(locator.offset, 0xFF, 8);
    CHECK(!payload_locator_find(&locator, executable, &payload));
    memset(locator.offset, 0, 8);
    CHECK(!payload_locator_find(&locator, executable, &payload)); /* not filled in */
}

int main(void) {
    RUN(files_are_found_by_their_exact_name);
    RUN(an_archive_without_files_is_one);
    RUN(what_is_cut_short_is_refused_wherever_it_was_cut);
    RUN(a_comment_is_allowed_and_hides_nothing);
    RUN(names_that_could_leave_a_folder_are_refused);
    RUN(a_name_with_nul_is_refused);
    RUN(two_files_of_one_name_are_refused);
    RUN(compressed_and_encrypted_files_are_refused);
    RUN(files_that_reach_out_of_the_archive_are_refused);
    RUN(a_local_header_must_be_there_and_say_the_same_name);
    RUN(a_damaged_table_of_contents_is_refused);
    RUN(the_locator_says_where_the_payload_is);
}
