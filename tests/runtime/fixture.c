// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "artem/log.h"
#include "crc32.h"

static char folder[256];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void need(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

const char *fixture_folder(void)
{
    if (folder[0])
        return folder;
    const char *tmp = getenv("TMPDIR");
    char log[300];
    snprintf(folder, sizeof folder, "%s/artem-test-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    need(mkdtemp(folder) != NULL, "mkdtemp");
    atexit(remove_folder);
    snprintf(log, sizeof log, "debug:%s/log", folder);
    need(setenv("ARTEM_LOG", log, 1) == 0, "setenv");
    artem_log_init();
    return folder;
}

const char *fixture_path(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", fixture_folder(), name);
    return path;
}

void fixture_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    need(file != NULL, path);
    need(fwrite(data, 1, size, file) == size, path);
    need(fclose(file) == 0, path);
}

void fixture_write_text(const char *path, const char *text)
{
    fixture_write(path, text, strlen(text));
}

static const char other_text[] = "0123456789";

int fixture_seize(const char *path)
{
    char wanted[PATH_MAX], link[64], target[PATH_MAX];

    need(realpath(path, wanted) != NULL, path);
    for (int fd = 0; fd < 256; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        const ssize_t length = readlink(link, target, sizeof target - 1);
        target[length > 0 ? length : 0] = '\0';
        if (strcmp(target, wanted) != 0)
            continue;
        fixture_write_text(fixture_path("other"), other_text);
        const int other = open(fixture_path("other"), O_RDWR | O_CLOEXEC);
        // Not by dup2(): the thread sanitizer would see a race with the number's user, which it is meant to be.
        need(other >= 0 && syscall(SYS_dup3, other, fd, O_CLOEXEC) == fd && close(other) == 0, "other");
        return fd;
    }
    return -1;
}

bool fixture_give_back(int fd)
{
    char text[sizeof other_text] = "";

    return fd >= 0 && lseek(fd, 0, SEEK_CUR) == 0 && read(fd, text, sizeof text) == (ssize_t)sizeof other_text - 1 &&
           strcmp(text, other_text) == 0 && close(fd) == 0;
}

int fixture_log_count(const char *text)
{
    char line[2048];
    int count = 0;
    FILE *file = fopen(fixture_path("log"), "r");

    while (file && fgets(line, sizeof line, file))
        count += strstr(line, text) != NULL;
    if (file)
        fclose(file);
    return count;
}

void fixture_log_clear(void)
{
    fixture_write(fixture_path("log"), "", 0);
}

uint32_t fixture_random(void)
{
    static uint64_t state = 0x123456789;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

void fixture_put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void fixture_seal(uint8_t *file, size_t size)
{
    if (memcmp(file, "ARTNET", 6) == 0)
        fixture_put(file + 24, artem_crc32(file + 28, size - 28), 4);
    fixture_put(file + 8, artem_crc32(file + 12, size - 12), 4);
}

static uint8_t *start(const char magic[8], size_t size)
{
    static const uint16_t shape[8] = {128, 10, 64, 32, 12, 16, 3, 0};
    uint8_t *file = calloc(1, size);

    need(file != NULL, "calloc");
    memcpy(file, magic, 8);
    fixture_put(file + 12, 1, 4);
    fixture_put(file + 16, 64, 4);
    fixture_put(file + 20, size, 4);
    for (size_t i = 0; i < 8; i++)
        fixture_put(file + 32 + 2 * i, shape[i], 2);
    return file;
}

static void put_weights(uint8_t *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = (uint8_t)((int)(fixture_random() % 129) - 64);
}

static void put_words(uint8_t *at, size_t count, bool factor)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t value = fixture_random() & 0xFFFF;
        fixture_put(at + 2 * i, factor && value == 0x8000 ? 0x8001 : value, 2);
    }
}

static void put_bytes(uint8_t *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        at[i] = (uint8_t)fixture_random();
}

uint8_t *fixture_network(void)
{
    uint8_t *file = start("ARTNET\0\1", NETWORK_SIZE);

    file[28] = (uint8_t)(fixture_random() % 17);
    file[29] = (uint8_t)(fixture_random() % 16);
    put_weights(file + 64, 73728);
    put_bytes(file + 73792, 184320 + 1024);
    fixture_seal(file, NETWORK_SIZE);
    return file;
}

static void put_norm(uint8_t *at)
{
    put_words(at, 256, false);
    for (size_t c = 0; c < 128; c++) {
        int64_t mean = (int32_t)fixture_random() >> (fixture_random() % 24 + 2);
        int64_t variance = 1 + (int64_t)(fixture_random() >> (fixture_random() % 24));
        fixture_put(at + 512 + 8 * c, (uint64_t)mean, 8);
        fixture_put(at + 1536 + 8 * c, (uint64_t)((mean * mean >> 16) + variance), 8);
    }
}

uint8_t *fixture_style(const char *name, uint32_t network_id)
{
    uint8_t *file = start("ARTSTY\0\1", STYLE_SIZE);

    fixture_put(file + 24, network_id, 4);
    for (size_t i = 0; i < 3; i++)
        file[28 + i] = (uint8_t)(fixture_random() % 16);
    snprintf((char *)file + 64, 64, "%s", name);
    snprintf((char *)file + 128, 128, "Under the Wave, \xE7\xA5\x9E\xE5\xA5\x88\xE5\xB7\x9D \"%s\"", name);
    for (size_t i = 0; i < 11; i++)
        put_norm(file + 256 + 2560 * i);
    for (size_t i = 0; i < 10; i++) {
        put_bytes(file + 28416 + 640 * i, 128);
        put_words(file + 28416 + 640 * i + 128, 128, true);
        put_words(file + 28416 + 640 * i + 384, 128, false);
    }
    put_words(file + 34816, 128, true);
    put_words(file + 35072, 128, false);
    put_weights(file + 35328, 36864);
    put_words(file + 72192, 32, true);
    put_words(file + 72256, 32, false);
    put_weights(file + 72320, 3456);
    put_words(file + 75776, 12, true);
    put_words(file + 75808, 12, false);
    put_weights(file + 75840, 432);
    put_words(file + 76272, 3, true);
    put_words(file + 76288, 3, false);
    fixture_seal(file, STYLE_SIZE);
    return file;
}
