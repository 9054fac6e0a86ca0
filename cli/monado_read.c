// SPDX-License-Identifier: Apache-2.0
// Reads a stream of length-prefixed protobuf messages: only the few fields that are of use, by their numbers.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "cli.h"
#include "monado.h"

enum { FILE_MAX = 1 << 30, MAJOR = 1, FIELDS = 16 };

// Messages of a record, by field number.
enum { VERSION = 1, SESSION_FRAME, USED, SYSTEM_FRAME, SYSTEM_GPU_INFO, SYSTEM_PRESENT_INFO };

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct bytes {
    const uint8_t *at, *end;
};

struct used {
    uint64_t session, frame;
};

struct reading {
    struct monado_log *log;
    size_t capacity, gpu_capacity;
    struct used *used;
    size_t used_count, used_capacity;
    bool memory; // is short
};

static bool take_varint(struct bytes *in, uint64_t *out)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        const uint8_t byte = *in->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct bytes *in, uint64_t size, struct bytes *out)
{
    if (size > (uint64_t)(in->end - in->at))
        return false;
    *out = (struct bytes){in->at, in->at + size};
    in->at += size;
    return true;
}

// The numbers of a message; fields that are not there are 0, further ones are skipped.
static bool take_fields(struct bytes in, uint64_t fields[FIELDS])
{
    struct bytes skipped;
    uint64_t tag, value = 0;

    memset(fields, 0, FIELDS * sizeof *fields);
    while (in.at < in.end) {
        bool good = take_varint(&in, &tag);

        if (good && (tag & 7) == WIRE_VARINT)
            good = take_varint(&in, &value);
        else if (good && (tag & 7) == WIRE_BYTES)
            good = take_varint(&in, &value) && take_bytes(&in, value, &skipped);
        else if (good)
            good = ((tag & 7) == WIRE_64 && take_bytes(&in, 8, &skipped)) ||
                   ((tag & 7) == WIRE_32 && take_bytes(&in, 4, &skipped));
        if (!good)
            return false;
        if ((tag & 7) == WIRE_VARINT && tag >> 3 < FIELDS)
            fields[tag >> 3] = value;
    }
    return true;
}

// Room for one more in an array.
static void *grow(struct reading *r, void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    const size_t more = *capacity > 0 ? 2 * *capacity : 1024;
    void *grown = realloc(array, more * size);
    if (grown == NULL) {
        r->memory = true;
        return array;
    }
    *capacity = more;
    return grown;
}

static void add_frame(struct reading *r, const uint64_t f[FIELDS])
{
    r->log->frames = grow(r, r->log->frames, r->log->count, &r->capacity, sizeof *r->log->frames);
    if (!r->memory)
        r->log->frames[r->log->count++] = (struct monado_frame){.session = f[1],
                                                                .frame = f[2],
                                                                .display = f[8],
                                                                .woke = f[10],
                                                                .delivered = f[12],
                                                                .gpu_done = f[13],
                                                                .discarded = f[14] != 0};
}

static void add_used(struct reading *r, const uint64_t f[FIELDS])
{
    r->used = grow(r, r->used, r->used_count, &r->used_capacity, sizeof *r->used);
    if (!r->memory)
        r->used[r->used_count++] = (struct used){f[1], f[2]};
}

static void add_gpu(struct reading *r, const uint64_t f[FIELDS])
{
    double *times = grow(r, r->log->compositor_gpu_ms, r->log->compositor_gpu_count, &r->gpu_capacity, sizeof(double));

    r->log->compositor_gpu_ms = times;
    if (!r->memory && f[3] >= f[2] && f[3] - f[2] < UINT64_C(1000000000000))
        times[r->log->compositor_gpu_count++] = (double)(f[3] - f[2]) / 1e6;
}

// False: not one of Monado's.
static bool take_record(struct reading *r, struct bytes record, bool first)
{
    uint64_t tag, size, fields[FIELDS];
    struct bytes message;

    while (record.at < record.end) {
        if (!take_varint(&record, &tag) || (tag & 7) != WIRE_BYTES || !take_varint(&record, &size) ||
            !take_bytes(&record, size, &message) || !take_fields(message, fields))
            return false;
        if (first && (tag >> 3 != VERSION || fields[1] != MAJOR))
            return false;
        if (tag >> 3 == SESSION_FRAME)
            add_frame(r, fields);
        else if (tag >> 3 == USED)
            add_used(r, fields);
        else if (tag >> 3 == SYSTEM_FRAME || tag >> 3 == SYSTEM_PRESENT_INFO)
            r->log->compositor_frames++;
        else if (tag >> 3 == SYSTEM_GPU_INFO)
            add_gpu(r, fields);
        first = false;
    }
    return !first;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_ids(const void *a, const void *b)
{
    const struct monado_frame *x = a, *y = b;

    return x->session != y->session ? compare_numbers(x->session, y->session) : compare_numbers(x->frame, y->frame);
}

static int compare_display(const void *a, const void *b)
{
    const struct monado_frame *x = a, *y = b;

    return x->display != y->display ? compare_numbers(x->display, y->display) : compare_ids(a, b);
}

static void count_used(struct reading *r)
{
    struct monado_log *log = r->log;

    if (log->count == 0)
        return;
    qsort(log->frames, log->count, sizeof *log->frames, compare_ids);
    for (size_t i = 0; i < r->used_count; i++) {
        const struct monado_frame key = {.session = r->used[i].session, .frame = r->used[i].frame};
        struct monado_frame *frame = bsearch(&key, log->frames, log->count, sizeof key, compare_ids);

        if (frame != NULL)
            frame->shown++;
    }
    qsort(log->frames, log->count, sizeof *log->frames, compare_display);
}

bool monado_read(const char *path, struct monado_log *out_log)
{
    struct reading reading = {.log = out_log};
    struct bytes in, record;
    uint64_t length;
    char *data = NULL;
    size_t size;
    bool good = true;

    memset(out_log, 0, sizeof *out_log);
    const enum artem_result result = artem_file_read(path, FILE_MAX, &data, &size);
    if (result != ARTEM_OK) {
        errno = result == ARTEM_ERROR_IO ? errno : 0;
        cli_error("%s: %s", path, errno != 0 ? strerror(errno) : artem_result_string(result));
        return false;
    }
    in = (struct bytes){(const uint8_t *)data, (const uint8_t *)data + size};
    const uint8_t *begin = in.at;
    while (good && in.at < in.end) {
        begin = in.at;
        if (!take_varint(&in, &length) || !take_bytes(&in, length, &record)) {
            // The service writes in blocks: the end of a file may come anywhere while it runs, or was killed.
            out_log->cut_off = begin != (const uint8_t *)data;
            good = out_log->cut_off;
            break;
        }
        good = take_record(&reading, record, begin == (const uint8_t *)data);
    }
    if (reading.memory) {
        cli_error("out of memory");
        good = false;
    } else if (!good || size == 0) {
        cli_error("%s: not a file of Monado's metrics, version %d (byte %zu)", path, MAJOR,
                  (size_t)(begin - (const uint8_t *)data));
        good = false;
    } else {
        count_used(&reading);
    }
    free(data);
    free(reading.used);
    if (!good)
        monado_free(out_log);
    return good;
}

void monado_free(struct monado_log *log)
{
    free(log->frames);
    free(log->compositor_gpu_ms);
    memset(log, 0, sizeof *log);
}
