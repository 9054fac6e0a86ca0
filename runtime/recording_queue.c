// SPDX-License-Identifier: Apache-2.0
#include "recording_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 4 };

bool rec_queue_init(struct rec_queue *q, size_t limit)
{
    memset(q, 0, sizeof *q);
    q->limit = limit;
    if (pthread_mutex_init(&q->mutex, NULL) != 0)
        return false;
    if (pthread_cond_init(&q->wake, NULL) == 0)
        return true;
    pthread_mutex_destroy(&q->mutex);
    return false;
}

static void free_list(struct rec_buffer *buffer)
{
    while (buffer) {
        struct rec_buffer *next = buffer->next;
        free(buffer);
        buffer = next;
    }
}

void rec_queue_destroy(struct rec_queue *q)
{
    free_list(q->first);
    free_list(q->kept);
    pthread_cond_destroy(&q->wake);
    pthread_mutex_destroy(&q->mutex);
}

static void close_locked(struct rec_queue *q, const char *reason, bool failed)
{
    if (q->closed && (q->failed || !failed))
        return;
    q->closed = true;
    free_list(q->kept); // nobody takes one any more
    q->kept = NULL;
    q->kept_count = 0;
    q->failed = failed;
    snprintf(q->reason, sizeof q->reason, "%s", reason);
    pthread_cond_signal(&q->wake);
}

static struct rec_buffer *take_kept_locked(struct rec_queue *q, size_t size)
{
    for (struct rec_buffer **link = &q->kept; *link; link = &(*link)->next)
        if ((*link)->capacity >= size && (*link)->capacity / 2 <= size) {
            struct rec_buffer *buffer = *link;
            *link = buffer->next;
            q->kept_count--;
            return buffer;
        }
    return NULL;
}

struct rec_buffer *rec_queue_take(struct rec_queue *q, enum artem_chunk_kind kind, size_t size)
{
    struct rec_buffer *buffer = NULL;
    char reason[REC_REASON];

    pthread_mutex_lock(&q->mutex);
    // One of any size goes where nothing waits.
    if (!q->closed && q->queued_bytes > 0 && (q->queued_bytes > q->limit || size > q->limit - q->queued_bytes)) {
        snprintf(reason, sizeof reason, "the disk is too slow (%zu MiB are waiting)", q->queued_bytes >> 20);
        close_locked(q, reason, true);
    }
    bool open = !q->closed;
    if (open) {
        q->queued_bytes += size;
        buffer = take_kept_locked(q, size);
    }
    pthread_mutex_unlock(&q->mutex);

    if (open && !buffer) {
        buffer = malloc(sizeof *buffer + size);
        if (!buffer) {
            rec_queue_close(q, "out of memory", true);
            return NULL;
        }
        buffer->capacity = size;
    }
    if (buffer) {
        buffer->next = NULL;
        buffer->kind = kind;
        buffer->size = size;
    }
    return buffer;
}

void rec_queue_push(struct rec_queue *q, struct rec_buffer *buffer)
{
    pthread_mutex_lock(&q->mutex);
    if (q->last)
        q->last->next = buffer;
    else
        q->first = buffer;
    q->last = buffer;
    pthread_cond_signal(&q->wake);
    pthread_mutex_unlock(&q->mutex);
}

struct rec_buffer *rec_queue_pop(struct rec_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    while (!q->first && !q->closed)
        pthread_cond_wait(&q->wake, &q->mutex);
    struct rec_buffer *buffer = q->first;
    if (buffer) {
        q->first = buffer->next;
        if (!q->first)
            q->last = NULL;
    }
    pthread_mutex_unlock(&q->mutex);
    return buffer;
}

void rec_queue_give_back(struct rec_queue *q, struct rec_buffer *buffer)
{
    pthread_mutex_lock(&q->mutex);
    q->queued_bytes -= buffer->size;
    bool keep = q->kept_count < KEPT && !q->closed;
    if (keep) {
        buffer->next = q->kept;
        q->kept = buffer;
        q->kept_count++;
    }
    pthread_mutex_unlock(&q->mutex);
    if (!keep)
        free(buffer);
}

void rec_queue_close(struct rec_queue *q, const char *reason, bool failed)
{
    pthread_mutex_lock(&q->mutex);
    close_locked(q, reason, failed);
    pthread_mutex_unlock(&q->mutex);
}

bool rec_queue_is_closed(struct rec_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->mutex);
    return closed;
}
