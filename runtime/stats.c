// SPDX-License-Identifier: Apache-2.0
#include "artem/stats.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/log.h"
#include "stats_file.h"
#include "thread.h"

enum {
    QUEUE = 512,   // records: five seconds at 90 Hz for a disk that hangs
    BATCH = 32,    // records per write
    LATEST = 4096, // styled frames that the percentiles look back on
    CHANGES = 4,   // of the file that the writer may be behind
};

// The writer goes over to this file after that many of the queued records.
struct change {
    size_t after;
    char path[ARTEM_PATH_MAX];
};

struct artem_stats {
    pthread_mutex_t mutex; // guards all up to the queue; never held over I/O
    pthread_cond_t wake;
    bool stop;
    bool has_writer, has_file; // without a file nothing is queued
    char path[ARTEM_PATH_MAX]; // latest one asked for
    struct change changes[CHANGES];
    size_t change_count;
    struct artem_stats_summary summary; // counts only
    double layer_ms[LATEST], network_ms[LATEST];
    uint64_t styled;
    size_t first, queued;
    struct artem_frame_record queue[QUEUE];

    pthread_t writer;
    // The writer's own.
    struct artem_frame_record batch[BATCH];
    char text[BATCH * ARTEM_CSV_LINE_MAX];
};

const char *artem_decision_name(enum artem_decision decision)
{
    static const char *const names[ARTEM_DECISION_COUNT] = {
        [ARTEM_DECISION_STYLED] = "styled",           [ARTEM_DECISION_DISABLED] = "disabled",
        [ARTEM_DECISION_WARMUP] = "warmup",           [ARTEM_DECISION_BUDGET] = "budget",
        [ARTEM_DECISION_UNSUPPORTED] = "unsupported", [ARTEM_DECISION_ERROR] = "error",
    };
    return (unsigned)decision < ARTEM_DECISION_COUNT ? names[decision] : "unknown";
}

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
    return true;
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
static bool write_batch(struct artem_stats *s, int fd, const char *path, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += artem_csv_format(s->text + size, &s->batch[i]);
    return artem_csv_write(fd, path, s->text, size);
}

// The file that the writer is at does not work: what was meant for it is lost, up to the next change.
static void give_up_file_locked(struct artem_stats *s, size_t lost)
{
    s->summary.dropped_records += lost;
    if (s->change_count > 0)
        return;
    s->summary.dropped_records += s->queued;
    s->queued = 0;
    s->has_file = false; // the path stays: setting the same file again does not warn again
}

static void *run(void *user)
{
    struct artem_stats *s = user;
    char path[ARTEM_PATH_MAX] = "";
    int fd = -1;

    pthread_mutex_lock(&s->mutex);
    for (;;) {
        while (!s->stop && s->change_count == 0 && s->queued == 0)
            pthread_cond_wait(&s->wake, &s->mutex);
        if (s->change_count == 0 && s->queued == 0)
            break;

        size_t count = take_batch_locked(s);
        bool reopen = count == 0 && take_change_locked(s, path);
        pthread_mutex_unlock(&s->mutex);

        if (reopen) {
            if (fd >= 0)
                close(fd);
            fd = path[0] ? artem_csv_open(path) : -1;
        }
        bool good = fd >= 0 && write_batch(s, fd, path, count);

        pthread_mutex_lock(&s->mutex);
        if (!good) {
            give_up_file_locked(s, count);
            if (fd >= 0)
                close(fd);
            fd = -1;
        }
    }
    pthread_mutex_unlock(&s->mutex);
    if (fd >= 0)
        close(fd);
    return NULL;
}

enum artem_result artem_stats_create(const char *csv_path, struct artem_stats **out_stats)
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
    artem_stats_set_file(s, csv_path);
    *out_stats = s;
    return ARTEM_OK;
}

void artem_stats_set_file(struct artem_stats *s, const char *csv_path)
{
    const char *path = csv_path ? csv_path : "";

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

static void keep_times_locked(struct artem_stats *s, const struct artem_frame_record *record)
{
    size_t at = s->styled++ % LATEST;

    s->layer_ms[at] = isfinite(record->layer_ms) ? record->layer_ms : 0;
    s->network_ms[at] = isfinite(record->network_ms) ? record->network_ms : 0;
}

void artem_stats_add(struct artem_stats *s, const struct artem_frame_record *record)
{
    if (!s || !record)
        return;
    pthread_mutex_lock(&s->mutex);
    s->summary.frames++;
    if ((unsigned)record->decision < ARTEM_DECISION_COUNT)
        s->summary.by_decision[record->decision]++;
    if (record->decision == ARTEM_DECISION_STYLED)
        keep_times_locked(s, record);
    if (s->has_file && s->queued == QUEUE) {
        s->summary.dropped_records++;
    } else if (s->has_file) {
        s->queue[(s->first + s->queued++) % QUEUE] = *record;
        if (s->queued == 1)
            pthread_cond_signal(&s->wake);
    }
    pthread_mutex_unlock(&s->mutex);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// p50, p95, p99 by nearest rank, and the maximum.
static void percentiles(double *values, size_t count, double *const out[4])
{
    static const size_t percent[4] = {50, 95, 99, 100};

    if (count == 0)
        return;
    qsort(values, count, sizeof *values, compare_doubles);
    for (int i = 0; i < 4; i++)
        *out[i] = values[(percent[i] * count + 99) / 100 - 1];
}

void artem_stats_get(struct artem_stats *s, struct artem_stats_summary *out)
{
    if (!s || !out)
        return;
    double *copy = malloc(sizeof *copy * 2 * LATEST); // without it: the counts alone

    pthread_mutex_lock(&s->mutex);
    *out = s->summary;
    size_t count = s->styled < LATEST ? (size_t)s->styled : LATEST;
    if (copy) {
        memcpy(copy, s->layer_ms, count * sizeof *copy);
        memcpy(copy + LATEST, s->network_ms, count * sizeof *copy);
    }
    pthread_mutex_unlock(&s->mutex);

    if (copy) {
        percentiles(copy, count,
                    (double *[4]){&out->layer_ms_p50, &out->layer_ms_p95, &out->layer_ms_p99, &out->layer_ms_max});
        percentiles(
            copy + LATEST, count,
            (double *[4]){&out->network_ms_p50, &out->network_ms_p95, &out->network_ms_p99, &out->network_ms_max});
    }
    free(copy);
}

static void log_summary(struct artem_stats *s)
{
    struct artem_stats_summary sum;
    char text[8][32], counts[200] = "";
    size_t used = 0;

    artem_stats_get(s, &sum);
    if (sum.frames == 0)
        return;
    const double values[8] = {sum.layer_ms_p50,   sum.layer_ms_p95,   sum.layer_ms_p99,   sum.layer_ms_max,
                              sum.network_ms_p50, sum.network_ms_p95, sum.network_ms_p99, sum.network_ms_max};
    for (int i = 0; i < 8; i++)
        artem_csv_decimal(text[i], values[i]);
    for (int i = 0; i < ARTEM_DECISION_COUNT; i++)
        if (sum.by_decision[i] > 0 && used < sizeof counts)
            used += (size_t)snprintf(counts + used, sizeof counts - used, ", %s %" PRIu64,
                                     artem_decision_name((enum artem_decision)i), sum.by_decision[i]);
    artem_log(ARTEM_LOG_INFO, "%" PRIu64 " frames%s; records dropped %" PRIu64, sum.frames, counts,
              sum.dropped_records);
    if (sum.by_decision[ARTEM_DECISION_STYLED] > 0)
        artem_log(ARTEM_LOG_INFO, "p50/p95/p99/max ms: layer %s/%s/%s/%s, network %s/%s/%s/%s", text[0], text[1],
                  text[2], text[3], text[4], text[5], text[6], text[7]);
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
    log_summary(s);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    *stats = NULL;
}
