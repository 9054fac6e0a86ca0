// SPDX-License-Identifier: Apache-2.0
// Reading a recording chunk by chunk. The file may be anything.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32_long.h"
#include "recording_decode.h"

struct artem_recording_reader {
    int fd;
    uint64_t size, offset, index, frames;
    bool has_style, ended;
    enum artem_result failed;
    uint8_t *bytes; // the latest chunk
    size_t capacity;
    char error[256];
};

// Reads up to size bytes; fewer only at the end of the file. -1 with errno set.
static ssize_t read_at(int fd, void *data, size_t size, uint64_t offset)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, (uint8_t *)data + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

// ---- Opening ----

static enum artem_result check_start(int fd, char *error, size_t error_size)
{
    uint8_t start[REC_START];
    ssize_t n = read_at(fd, start, sizeof start, 0);

    if (n < 0) {
        snprintf(error, error_size, "%s", strerror(errno));
        return ARTEM_ERROR_IO;
    }
    if (n < (ssize_t)sizeof start || memcmp(start, rec_magic, sizeof rec_magic) != 0 || rec_get32(start + 12) != 0) {
        snprintf(error, error_size, "not a recording of Art'Em");
        return ARTEM_ERROR_FORMAT;
    }
    if (rec_get32(start + 8) != REC_VERSION) {
        snprintf(error, error_size, "format version %u, but this program reads version %d", rec_get32(start + 8),
                 REC_VERSION);
        return ARTEM_ERROR_VERSION;
    }
    return ARTEM_OK;
}

// The file itself, or the one in the folder.
static int open_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
        return fd;
    int file = openat(fd, ARTEM_RECORDING_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int saved = errno;
    close(fd);
    errno = saved;
    return file;
}

enum artem_result artem_recording_open(const char *path, struct artem_recording_reader **out_reader, char *error,
                                       size_t error_size)
{
    if (!path || !out_reader || !error || error_size == 0)
        return ARTEM_ERROR_ARGUMENT;
    struct artem_recording_reader *reader = calloc(1, sizeof *reader);
    enum artem_result result = ARTEM_ERROR_MEMORY;
    struct stat st;

    if (!reader) {
        snprintf(error, error_size, "out of memory");
        return result;
    }
    reader->fd = open_path(path);
    if (reader->fd < 0 || fstat(reader->fd, &st) != 0) {
        const bool is_folder = errno == ENOENT && stat(path, &st) == 0;
        snprintf(error, error_size, "%s", is_folder ? "no " ARTEM_RECORDING_FILE " in it" : strerror(errno));
        result = ARTEM_ERROR_IO;
    } else if (!S_ISREG(st.st_mode)) {
        snprintf(error, error_size, "not a regular file");
        result = ARTEM_ERROR_FORMAT;
    } else {
        result = check_start(reader->fd, error, error_size);
    }
    if (result != ARTEM_OK) {
        artem_recording_close(&reader);
        return result;
    }
    reader->size = (uint64_t)st.st_size;
    reader->offset = REC_START;
    *out_reader = reader;
    return ARTEM_OK;
}

// ---- Chunks ----

static enum artem_result __attribute__((format(printf, 3, 4)))
fail(struct artem_recording_reader *r, enum artem_result result, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(r->error, sizeof r->error, format, args);
    va_end(args);
    r->failed = result;
    return result;
}

static enum artem_result damaged(struct artem_recording_reader *r, const char *why)
{
    return fail(r, ARTEM_ERROR_FORMAT, "chunk %" PRIu64 " at byte %" PRIu64 " is damaged: %s", r->index, r->offset,
                why);
}

static enum artem_result cut_off(struct artem_recording_reader *r)
{
    return fail(r, ARTEM_ERROR_FORMAT,
                "cut off in chunk %" PRIu64 " at byte %" PRIu64 ": the file ends at byte %" PRIu64, r->index, r->offset,
                r->size);
}

static bool find_kind(const uint8_t *tag, enum artem_chunk_kind *out_kind)
{
    for (int i = 0; i <= ARTEM_CHUNK_END; i++)
        if (memcmp(tag, rec_tags[i], 4) == 0) {
            *out_kind = (enum artem_chunk_kind)i;
            return true;
        }
    return false;
}

// The whole chunk into memory, if its checksum is right.
static enum artem_result load(struct artem_recording_reader *r, uint64_t payload)
{
    size_t size = (size_t)payload + REC_HEAD_SIZE + REC_CRC_SIZE;

    if (r->capacity < size) {
        free(r->bytes);
        r->capacity = 0;
        r->bytes = malloc(size);
        if (!r->bytes)
            return fail(r, ARTEM_ERROR_MEMORY, "chunk %" PRIu64 ": out of memory", r->index);
        r->capacity = size;
    }
    ssize_t n = read_at(r->fd, r->bytes, size, r->offset);
    if (n < 0)
        return fail(r, ARTEM_ERROR_IO, "chunk %" PRIu64 ": %s", r->index, strerror(errno));
    if ((size_t)n < size)
        return cut_off(r);
    if (artem_crc32_more(0, r->bytes, size - REC_CRC_SIZE) != rec_get32(r->bytes + size - REC_CRC_SIZE))
        return damaged(r, "wrong checksum");
    return ARTEM_OK;
}

static const char *order_fault(const struct artem_recording_reader *r, const struct artem_recording_chunk *chunk)
{
    if ((r->index == 0) != (chunk->kind == ARTEM_CHUNK_HEADER))
        return "the header is not the first chunk";
    if (chunk->kind == ARTEM_CHUNK_FRAME && !r->has_style)
        return "a painted frame before any style";
    if (chunk->kind == ARTEM_CHUNK_END && chunk->u.end.frames != r->frames)
        return "painted frames are missing before it";
    if (chunk->kind == ARTEM_CHUNK_END && r->offset + REC_HEAD_SIZE + REC_END_SIZE + REC_CRC_SIZE != r->size)
        return "there is more after the last chunk";
    return NULL;
}

enum artem_result artem_recording_next(struct artem_recording_reader *r, struct artem_recording_chunk *chunk)
{
    uint8_t head[REC_HEAD_SIZE];

    if (!r || !chunk)
        return ARTEM_ERROR_ARGUMENT;
    if (r->failed != ARTEM_OK)
        return r->failed;
    if (r->ended)
        return ARTEM_ERROR_NOT_FOUND;
    uint64_t left = r->size - r->offset;
    if (left < sizeof head + REC_CRC_SIZE)
        return cut_off(r);
    if (read_at(r->fd, head, sizeof head, r->offset) != (ssize_t)sizeof head)
        return fail(r, ARTEM_ERROR_IO, "chunk %" PRIu64 ": cannot be read", r->index);

    memset(chunk, 0, sizeof *chunk);
    chunk->index = r->index;
    chunk->offset = r->offset;
    if (!find_kind(head, &chunk->kind))
        return damaged(r, "unknown kind");
    uint64_t payload = rec_get64(head + 4);
    if (payload > (chunk->kind == ARTEM_CHUNK_FRAME ? REC_FRAME_MAX : REC_OTHER_MAX))
        return damaged(r, "impossible size");
    if (payload > left - sizeof head - REC_CRC_SIZE)
        return cut_off(r); // nothing larger than the file is ever allocated
    enum artem_result result = load(r, payload);
    if (result != ARTEM_OK)
        return result;
    const char *fault = rec_decode(chunk, r->bytes + REC_HEAD_SIZE, payload);
    if (!fault)
        fault = order_fault(r, chunk);
    if (fault)
        return damaged(r, fault);
    r->has_style = r->has_style || chunk->kind == ARTEM_CHUNK_STYLE;
    r->frames += chunk->kind == ARTEM_CHUNK_FRAME;
    r->ended = chunk->kind == ARTEM_CHUNK_END;
    r->offset += REC_HEAD_SIZE + payload + REC_CRC_SIZE;
    r->index++;
    return ARTEM_OK;
}

const char *artem_recording_error(const struct artem_recording_reader *reader)
{
    return reader->error;
}

void artem_recording_close(struct artem_recording_reader **reader)
{
    if (!reader || !*reader)
        return;
    if ((*reader)->fd >= 0)
        close((*reader)->fd);
    free((*reader)->bytes);
    free(*reader);
    *reader = NULL;
}
