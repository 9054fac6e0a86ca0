// SPDX-License-Identifier: Apache-2.0
// The checks of all C test programs. A failed check prints and the test goes on; main ends with `return
// test_result();`. Exit status 77 means skipped.
#ifndef ARTEM_TEST_H
#define ARTEM_TEST_H

#include <stdio.h>
#include <string.h>

// One pair for all files of a program, whichever defines it.
__attribute__((weak)) int test_failures, test_checks;

#define TEST_SKIPPED 77

// A failure in a loop over bytes should not print a line for each.
#define TEST_FAIL(...)                                                                                                 \
    do {                                                                                                               \
        if (__atomic_fetch_add(&test_failures, 1, __ATOMIC_RELAXED) < 50) {                                                                                    \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                                            \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
        }                                                                                                              \
    } while (0)

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        __atomic_fetch_add(&test_checks, 1, __ATOMIC_RELAXED);                                                                                                 \
        if (!(condition))                                                                                              \
            TEST_FAIL("failed: %s", #condition);                                                                       \
    } while (0)

#define CHECK_INT(actual, expected)                                                                                    \
    do {                                                                                                               \
        long long test_a = (long long)(actual), test_e = (long long)(expected);                                        \
        __atomic_fetch_add(&test_checks, 1, __ATOMIC_RELAXED);                                                                                                 \
        if (test_a != test_e)                                                                                          \
            TEST_FAIL("%s is %lld, expected %s = %lld", #actual, test_a, #expected, test_e);                           \
    } while (0)

#define CHECK_STR(actual, expected)                                                                                    \
    do {                                                                                                               \
        const char *test_a = (actual), *test_e = (expected);                                                           \
        __atomic_fetch_add(&test_checks, 1, __ATOMIC_RELAXED);                                                                                                 \
        if (strcmp(test_a, test_e) != 0)                                                                               \
            TEST_FAIL("%s is \"%s\", expected \"%s\"", #actual, test_a, test_e);                                       \
    } while (0)

static inline int test_result(void)
{
    fprintf(stderr, "%d checks, %d failed\n", test_checks, test_failures);
    return test_failures > 0 || test_checks == 0;
}

#endif
