// SPDX-License-Identifier: Apache-2.0
#include "artem/stats.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/config.h"
#include "artem/log.h"
#include "stats_file.h"
#include "stats_tally.h"
#include "text.h"
#include "thread.h"

enum {
    QUEUE = 512, // records: five seconds at 90 Hz for a disk that hangs
    BATCH = 32,  // records per write
    CHANGES = 4, // of the file that the writer may be behind
    KEY_MAX = 32,
};

// The writer goes over to this file after that many of the queued records.
struct change {
    size_t after;
    char path[ARTEM_PATH_MAX];
};

struct meta {
    char key[KEY_MAX], value[ARTEM_STATS_META_VALUE_MAX];
    bool unwritten; // in the file that the writer is at
};

struct artem_stats {
    pthread_mutex_t mutex; // guards all up to the queue; never held over I/O
    pthread_cond_t wake;
    bool stop;
    bool has_writer, has_file; // without a file nothing is queued
    char path[ARTEM_PATH_MAX]; // latest one asked for
    struct change changes[CHANGES];
    size_t change_count;
    struct meta meta[ARTEM_STATS_META_MAX];
    size_t meta_count;
    struct artem_tally tally;
    size_t first, queued;
    struct artem_frame_record queue[QUEUE];

    pthread_t writer;
    // The writer's own.
    struct artem_frame_record batch[BATCH];
    struct meta meta_batch[ARTEM_STATS_META_MAX];
    char text[(BATCH + ARTEM_STATS_META_MAX) * ARTEM_STATS_LINE_MAX];
};

// Moves records out of the queue into the batch, up to the next change of the file.
static size_t take_batch_locked(struct artem_stats *s)
{
    size_t limit = s->change_count > 0 ? s->changes[0].after : s->queued;
    size_t count = limit < BATCH ? limit : BATCH;

    for (size_t i = 0; i < count; i++)
        s->batch[i] = s->queue[(s->first + i) % QUEUE];
    s->first = (s->first + count) % QUEUE;
    s->queued -= count;
    for (size_t i = 0; i < s->change_count; i++)
        s->changes[i].after -= count;
    return count;
}

// True when it is time for another file, whose path is copied.
static bool take_change_locked(struct artem_stats *s, char path[ARTEM_PATH_MAX])
{
    if (s->change_count == 0 || s->changes[0].after > 0)
        return false;
    memcpy(path, s->changes[0].path, ARTEM_PATH_MAX);
    memmove(s->changes, s->changes + 1, --s->change_count * sizeof *s->changes);
    for (size_t i = 0; i < s->meta_count; i++)
        s->meta[i].unwritten = true;
    return true;
}

static size_t take_meta_locked(struct artem_stats *s)
{
    size_t count = 0;

    for (size_t i = 0; i < s->meta_count; i++)
        if (s->meta[i].unwritten) {
            s->meta_batch[count++] = s->meta[i];
            s->meta[i].unwritten = false;
        }
    return count;
}

static void add_change_locked(struct artem_stats *s, const char *path)
{
    memset(s->path, 0, sizeof s->path);
    memcpy(s->path, path, strlen(path));
    s->has_file = path[0] != '\0';
    // A writer that far behind leaves out a file in between.
    struct change *change = &s->changes[s->change_count < CHANGES ? s->change_count++ : CHANGES - 1];
    change->after = s->queued;
    memcpy(change->path, s->path, sizeof change->path);
    pthread_cond_signal(&s->wake);
}

// Without the lock. False: not written, and the file is not to be used any more.
static bool write_batch(struct artem_stats *s, const struct held_fd *file, const char *path, size_t meta_count,
                        size_t count)
{
    bool json = artem_stats_path_is_json(path);
    size_t size = 0;

    for (size_t i = 0; i < meta_count; i++)
        size += artem_stats_format_meta(s->text + size, json, s->meta_batch[i].key, s->meta_batch[i].value);
    for (size_t i = 0; i < count; i++)
        size += artem_stats_format(s->text + size, json, &s->batch[i]);
    return artem_stats_file_write(file, path, s->text, size);
}

// The file that the writer is at does not work: what was meant for it is lost, up to the next change.
static void give_up_file_locked(struct artem_stats *s, size_t lost)
{
    s->tally.counts.dropped_records += lost;
    if (s->change_count > 0)
        return;
    s->tally.counts.dropped_records += s->queued;
    s->queued = 0;
    s->has_file = false; // the path stays: setting the same file again does not warn again
}

static void *run(void *user)
{
    struct artem_stats *s = user;
    char path[ARTEM_PATH_MAX] = "";
    struct held_fd file = held_fd_none;

    pthread_mutex_lock(&s->mutex);
    for (;;) {
        while (!s->stop && s->change_count == 0 && s->queued == 0)
            pthread_cond_wait(&s->wake, &s->mutex);
        if (s->change_count == 0 && s->queued == 0)
            break;

        size_t count = take_batch_locked(s);
        bool reopen = count == 0 && take_change_locked(s, path);
        size_t meta_count = path[0] ? take_meta_locked(s) : 0;
        pthread_mutex_unlock(&s->mutex);

        if (reopen) {
            held_fd_close(&file);
            file = path[0] ? artem_stats_file_open(path) : held_fd_none;
        }
        bool good = file.fd >= 0 && write_batch(s, &file, path, meta_count, count);

        pthread_mutex_lock(&s->mutex);
        if (!good) {
            give_up_file_locked(s, count);
            held_fd_close(&file);
        }
    }
    size_t left = take_meta_locked(s);
    pthread_mutex_unlock(&s->mutex);
    if (file.fd >= 0) {
        write_batch(s, &file, path, left, 0);
        held_fd_close(&file);
    }
    return NULL;
}

enum artem_result artem_stats_create(const char *path, struct artem_stats **out_stats)
{
    if (!out_stats)
        return ARTEM_ERROR_ARGUMENT;
    struct artem_stats *s = calloc(1, sizeof *s);
    if (!s)
        return ARTEM_ERROR_MEMORY;
    if (pthread_mutex_init(&s->mutex, NULL) != 0) {
        free(s);
        return ARTEM_ERROR_MEMORY;
    }
    if (pthread_cond_init(&s->wake, NULL) != 0) {
        pthread_mutex_destroy(&s->mutex);
        free(s);
        return ARTEM_ERROR_MEMORY;
    }
    artem_stats_set_file(s, path);
    *out_stats = s;
    return ARTEM_OK;
}

void artem_stats_set_file(struct artem_stats *s, const char *new_path)
{
    const char *path = new_path ? new_path : "";

    if (!s)
        return;
    if (strlen(path) >= sizeof s->path) {
        artem_log(ARTEM_LOG_WARN, "log_file: the path is too long; frames are not logged");
        path = "";
    }
    // The thread is started with the first file: without one there is nothing for it to do. The caller is the only one
    // who starts it, so that this needs no lock.
    if (path[0] && !s->has_writer) {
        s->has_writer = artem_thread_start(&s->writer, "artem-stats", run, s);
        if (!s->has_writer) {
            artem_log(ARTEM_LOG_WARN, "log_file %s: no thread to write it; frames are not logged", path);
            path = "";
        }
    }
    pthread_mutex_lock(&s->mutex);
    if (strcmp(path, s->path) != 0)
        add_change_locked(s, path);
    pthread_mutex_unlock(&s->mutex);
}

// In what the file cannot do without: one line per entry, "key=value".
static void copy_value(char out[ARTEM_STATS_META_VALUE_MAX], const char *value)
{
    size_t length = strnlen(value, ARTEM_STATS_META_VALUE_MAX - 1);

    while (value[length] && length > 0 && ((uint8_t)value[length] & 0xC0) == 0x80)
        length--; // not in the middle of a character
    snprintf(out, ARTEM_STATS_META_VALUE_MAX, "%.*s", (int)length, value);
    if (artem_text_printable(out))
        return;
    for (char *c = out; *c; c++)
        *c = *c >= ' ' && *c < 0x7F ? *c : '_';
}

void artem_stats_set_meta(struct artem_stats *s, const char *key, const char *value)
{
    struct meta meta = {.unwritten = true};
    size_t at = 0;

    if (!s || !key || !value || !artem_name_valid(key) || strlen(key) >= sizeof meta.key)
        return;
    snprintf(meta.key, sizeof meta.key, "%s", key);
    copy_value(meta.value, value);
    pthread_mutex_lock(&s->mutex);
    while (at < s->meta_count && strcmp(s->meta[at].key, key) != 0)
        at++;
    bool same = at < s->meta_count && strcmp(s->meta[at].value, meta.value) == 0;
    if (!same && at < ARTEM_STATS_META_MAX) {
        s->meta[at] = meta;
        s->meta_count += at == s->meta_count;
    }
    pthread_mutex_unlock(&s->mutex);
}

void artem_stats_add(struct artem_stats *s, const struct artem_frame_record *record)
{
    if (!s || !record)
        return;
    pthread_mutex_lock(&s->mutex);
    artem_tally_add(&s->tally, record);
    if (s->has_file && s->queued == QUEUE) {
        s->tally.counts.dropped_records++;
    } else if (s->has_file) {
        s->queue[(s->first + s->queued++) % QUEUE] = *record;
        if (s->queued == 1)
            pthread_cond_signal(&s->wake);
    }
    pthread_mutex_unlock(&s->mutex);
}

void artem_stats_get(struct artem_stats *s, struct artem_stats_summary *out)
{
    if (!s || !out)
        return;
    struct artem_tally *copy = malloc(sizeof *copy); // without it: the counts alone

    pthread_mutex_lock(&s->mutex);
    *out = s->tally.counts;
    if (copy)
        *copy = s->tally;
    pthread_mutex_unlock(&s->mutex);

    out->overhead_ms_p50 = out->overhead_ms_p99 = NAN;
    if (copy)
        artem_tally_summarise(copy, out);
    free(copy);
}

void artem_stats_destroy(struct artem_stats **stats)
{
    if (!stats || !*stats)
        return;
    struct artem_stats *s = *stats;
    if (s->has_writer) {
        pthread_mutex_lock(&s->mutex);
        s->stop = true;
        pthread_cond_signal(&s->wake);
        pthread_mutex_unlock(&s->mutex);
        pthread_join(s->writer, NULL);
    }
    struct artem_stats_summary summary;
    artem_stats_get(s, &summary);
    artem_summary_log(&summary);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    *stats = NULL;
}
