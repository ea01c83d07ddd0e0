/* The smallest test framework that tells where it failed. A test program is a list of CASEs and one RUN for each. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (false)

#define CHECK_TEXT(actual, expected)                                                                                   \
    do {                                                                                                               \
        const char *text_ = (actual);                                                                                  \
        if (text_ == NULL || strcmp(text_, (expected)) != 0) {                                                         \
            fprintf(stderr, "%s:%d: \"%s\" is not \"%s\"\n", __FILE__, __LINE__, text_ ? text_ : "(null)", expected);  \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (false)

#define CASE(name) static void name(void)
#define RUN(name) (name(), printf("ok %s\n", #name))

#endif
