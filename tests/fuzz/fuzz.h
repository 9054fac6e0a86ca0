// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput; with clang and -DARTEM_FUZZ=ON it is
// linked to libFuzzer, otherwise to replay_main.c, which runs the committed corpus once.
#ifndef ARTEM_FUZZ_H
#define ARTEM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A property that must hold for every input.
#define FUZZ_REQUIRE(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                             \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

// Numbers from the input; zeros once it has ended.
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};
uint8_t fuzz_take8(struct fuzz_input *in);
uint16_t fuzz_take16(struct fuzz_input *in);
uint32_t fuzz_take32(struct fuzz_input *in);

// Overwrites places in `bytes`: offset (3 bytes), length (1), content, again and again until the input ends. So a few
// bytes of input change what matters in a large file.
void fuzz_patch(struct fuzz_input *in, uint8_t *bytes, size_t size);

// A file in memory with that content, named by a path that this process can open; closed by fuzz_forget_file.
struct fuzz_file {
    int fd;
    char path[32];
};
struct fuzz_file fuzz_make_file(const void *data, size_t size);
void fuzz_forget_file(struct fuzz_file *file);

// A copy of exactly that size, so that tools see what reads beyond its end; the caller frees it.
uint8_t *fuzz_copy(const uint8_t *data, size_t size);

// The whole file; ends the process if it cannot be read.
uint8_t *fuzz_read_file(const char *path, size_t *out_size);

void fuzz_put32(uint8_t *at, uint32_t value);

#endif
