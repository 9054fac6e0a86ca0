// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "artem/file.h"
#include "artem/log.h"

// Messages are made, but go nowhere.
__attribute__((constructor)) static void be_quiet(void)
{
    setenv("ARTEM_LOG", "debug:/dev/null", 1);
    artem_log_init();
}

uint8_t fuzz_take8(struct fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

uint16_t fuzz_take16(struct fuzz_input *in)
{
    const uint8_t low = fuzz_take8(in);

    return (uint16_t)(low | fuzz_take8(in) << 8);
}

uint32_t fuzz_take32(struct fuzz_input *in)
{
    const uint16_t low = fuzz_take16(in);

    return low | (uint32_t)fuzz_take16(in) << 16;
}

void fuzz_patch(struct fuzz_input *in, uint8_t *bytes, size_t size)
{
    while (in->left >= 4 && size > 0) {
        size_t at = fuzz_take16(in) | (size_t)fuzz_take8(in) << 16;
        size_t length = 1 + fuzz_take8(in) % 32;

        for (at %= size; length > 0 && at < size; length--)
            bytes[at++] = fuzz_take8(in);
    }
}

struct fuzz_file fuzz_make_file(const void *data, size_t size)
{
    struct fuzz_file file = {.fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING)};

    FUZZ_REQUIRE(file.fd >= 0 && write(file.fd, data, size) == (ssize_t)size);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

void fuzz_forget_file(struct fuzz_file *file)
{
    close(file->fd);
}

uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    FUZZ_REQUIRE(copy != NULL);
    memcpy(copy, data, size);
    return copy;
}

uint8_t *fuzz_read_file(const char *path, size_t *out_size)
{
    char *data = NULL;

    FUZZ_REQUIRE(artem_file_read(path, SIZE_MAX / 2, &data, out_size) == ARTEM_OK);
    return (uint8_t *)data;
}

void fuzz_put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}
