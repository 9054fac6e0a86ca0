// SPDX-License-Identifier: Apache-2.0
// A recording that is being made: calls copy into chunks, a thread of its own writes them.
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/log.h"
#include "crc32_long.h"
#include "recording_encode.h"
#include "recording_file.h"
#include "recording_queue.h"
#include "thread.h"

static const size_t default_queue_bytes = (size_t)256 << 20;

struct artem_recording {
    pthread_mutex_t order; // held over a whole call: chunks come in the order of the calls
    bool has_style;
    uint32_t frames, max_frames; // engine runs taken

    struct rec_queue queue;

    pthread_t writer;
    atomic_bool written; // by the writer, as its last act
    // The writer's own.
    struct held_fd file;
    uint64_t written_frames, written_bytes;
    char folder[ARTEM_PATH_MAX];
};

static bool write_chunk(struct artem_recording *r, enum artem_chunk_kind kind, uint8_t *bytes, size_t size)
{
    memcpy(bytes, rec_tags[kind], 4);
    rec_put64(bytes + 4, size - REC_HEAD_SIZE - REC_CRC_SIZE);
    rec_put32(bytes + size - REC_CRC_SIZE, artem_crc32_more(0, bytes, size - REC_CRC_SIZE));
    if (!rec_file_write(&r->file, bytes, size))
        return false;
    r->written_bytes += size;
    return true;
}

static size_t chunk_size(uint64_t payload)
{
    return (size_t)(REC_HEAD_SIZE + payload + REC_CRC_SIZE);
}

// ---- The writer's thread ----

static void write_queue(struct artem_recording *r)
{
    struct rec_buffer *buffer;
    bool good = true;
    char reason[REC_REASON];

    while ((buffer = rec_queue_pop(&r->queue)) != NULL) {
        if (good && !write_chunk(r, buffer->kind, buffer->bytes, buffer->size)) {
            good = false;
            snprintf(reason, sizeof reason, "cannot be written: %s", strerror(errno));
            rec_queue_close(&r->queue, reason, true);
        }
        r->written_frames += good && buffer->kind == ARTEM_CHUNK_FRAME;
        rec_queue_give_back(&r->queue, buffer);
    }
}

// What was written of a chunk that does not fit on the disk makes room for the last one.
static bool write_end(struct artem_recording *r)
{
    uint8_t bytes[REC_HEAD_SIZE + REC_END_SIZE + REC_CRC_SIZE];

    rec_encode_end(bytes + REC_HEAD_SIZE, r->written_frames, r->queue.reason);
    bool good = held_fd_is_ours(&r->file) && ftruncate(r->file.fd, (off_t)r->written_bytes) == 0 &&
                lseek(r->file.fd, (off_t)r->written_bytes, SEEK_SET) == (off_t)r->written_bytes &&
                write_chunk(r, ARTEM_CHUNK_END, bytes, sizeof bytes);
    return held_fd_close(&r->file) && good;
}

static void *run(void *user)
{
    struct artem_recording *r = user;

    write_queue(r);
    bool good = write_end(r); // from here on nobody changes the reason
    artem_log(r->queue.failed || !good ? ARTEM_LOG_WARN : ARTEM_LOG_INFO,
              "recording %s: %" PRIu64 " painted frames, %" PRIu64 " MiB; ended: %s%s", r->folder, r->written_frames,
              (r->written_bytes + (1 << 19)) >> 20, r->queue.reason, good ? "" : "; its end could not be written");
    atomic_store(&r->written, true);
    return NULL;
}

// ---- Making one ----

static enum artem_result write_start(struct artem_recording *r, const struct artem_recording_params *params)
{
    uint8_t start[REC_START] = {0}, bytes[REC_HEAD_SIZE + REC_HEADER_SIZE + REC_CRC_SIZE];

    memcpy(start, rec_magic, sizeof rec_magic);
    rec_put32(start + 8, REC_VERSION);
    rec_encode_header(bytes + REC_HEAD_SIZE, params);
    if (rec_file_write(&r->file, start, sizeof start) && write_chunk(r, ARTEM_CHUNK_HEADER, bytes, sizeof bytes)) {
        r->written_bytes += sizeof start;
        return ARTEM_OK;
    }
    artem_log(ARTEM_LOG_WARN, "record = %s: cannot be written (%m); nothing is recorded", params->folder);
    return ARTEM_ERROR_IO;
}

static enum artem_result start(struct artem_recording *r, const struct artem_recording_params *params)
{
    enum artem_result result = rec_file_create(params->folder, &r->file);
    if (result != ARTEM_OK)
        return result;
    result = write_start(r, params);
    if (result == ARTEM_OK && !artem_thread_start(&r->writer, "artem-record", run, r)) {
        artem_log(ARTEM_LOG_WARN, "record = %s: no thread to write it; nothing is recorded", params->folder);
        result = ARTEM_ERROR_MEMORY;
    }
    if (result != ARTEM_OK) {
        held_fd_close(&r->file);
        rec_file_remove(params->folder);
    }
    return result;
}

enum artem_result artem_recording_create(const struct artem_recording_params *params, struct artem_recording **out)
{
    if (!params || !params->folder || !out)
        return ARTEM_ERROR_ARGUMENT;
    struct artem_recording *r = calloc(1, sizeof *r);
    if (!r)
        return ARTEM_ERROR_MEMORY;
    r->max_frames = params->max_frames;
    snprintf(r->folder, sizeof r->folder, "%s", params->folder);
    if (pthread_mutex_init(&r->order, NULL) != 0) {
        free(r);
        return ARTEM_ERROR_MEMORY;
    }
    enum artem_result result = ARTEM_ERROR_MEMORY;
    if (rec_queue_init(&r->queue, params->queue_bytes ? params->queue_bytes : default_queue_bytes)) {
        result = start(r, params);
        if (result == ARTEM_OK) {
            artem_log(ARTEM_LOG_INFO, "recording to %s: all that the app shows is kept there", r->folder);
            *out = r;
            return ARTEM_OK;
        }
        rec_queue_destroy(&r->queue);
    }
    pthread_mutex_destroy(&r->order);
    free(r);
    return result;
}

// ---- Calls of the layer ----

void artem_recording_style(struct artem_recording *r, const struct artem_style *style)
{
    if (!r || !style)
        return;
    pthread_mutex_lock(&r->order);
    struct rec_buffer *buffer = rec_queue_take(&r->queue, ARTEM_CHUNK_STYLE, chunk_size(REC_STYLE_SIZE));
    if (buffer) {
        rec_encode_style(buffer->bytes + REC_HEAD_SIZE, style);
        rec_queue_push(&r->queue, buffer);
        r->has_style = true;
    }
    pthread_mutex_unlock(&r->order);
}

static void add_frame(struct artem_recording *r, const struct artem_recorded_frame *frame)
{
    const char *fault = r->has_style ? rec_frame_fault(frame, false) : "no style before it";
    char reason[REC_REASON];

    if (fault) {
        snprintf(reason, sizeof reason, "frame %" PRIu64 " cannot be recorded: %s", frame->frame, fault);
        rec_queue_close(&r->queue, reason, true);
        return;
    }
    struct rec_buffer *buffer = rec_queue_take(&r->queue, ARTEM_CHUNK_FRAME, chunk_size(rec_frame_bytes(frame)));
    if (!buffer)
        return;
    rec_encode_frame(buffer->bytes + REC_HEAD_SIZE, frame);
    rec_queue_push(&r->queue, buffer);
    if (++r->frames == r->max_frames)
        rec_queue_close(&r->queue, "record_frames reached", false);
}

void artem_recording_frame(struct artem_recording *r, const struct artem_recorded_frame *frame)
{
    if (!r || !frame)
        return;
    pthread_mutex_lock(&r->order);
    if (!rec_queue_is_closed(&r->queue))
        add_frame(r, frame);
    pthread_mutex_unlock(&r->order);
}

void artem_recording_event(struct artem_recording *r, uint64_t frame, int64_t display_time,
                           enum artem_decision decision)
{
    if (!r || (unsigned)decision >= ARTEM_DECISION_COUNT)
        return;
    pthread_mutex_lock(&r->order);
    struct rec_buffer *buffer = rec_queue_take(&r->queue, ARTEM_CHUNK_EVENT, chunk_size(REC_EVENT_SIZE));
    if (buffer) {
        rec_encode_event(buffer->bytes + REC_HEAD_SIZE, frame, display_time, decision);
        rec_queue_push(&r->queue, buffer);
    }
    pthread_mutex_unlock(&r->order);
}

void artem_recording_end(struct artem_recording *r, const char *reason)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->order);
    rec_queue_close(&r->queue, reason ? reason : "", false);
    pthread_mutex_unlock(&r->order);
}

bool artem_recording_is_open(struct artem_recording *r)
{
    return r && !rec_queue_is_closed(&r->queue);
}

bool artem_recording_is_written(const struct artem_recording *r)
{
    return !r || atomic_load(&r->written);
}

void artem_recording_destroy(struct artem_recording **recording)
{
    if (!recording || !*recording)
        return;
    struct artem_recording *r = *recording;

    artem_recording_end(r, "session ended");
    pthread_join(r->writer, NULL);
    rec_queue_destroy(&r->queue);
    pthread_mutex_destroy(&r->order);
    free(r);
    *recording = NULL;
}
