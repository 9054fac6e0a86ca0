// SPDX-License-Identifier: Apache-2.0
// Chunks on their way to the thread that writes them: bounded, in order, closed once with a reason.
#ifndef ARTEM_RECORDING_QUEUE_H
#define ARTEM_RECORDING_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording_format.h"

struct rec_buffer {
    struct rec_buffer *next;
    size_t capacity, size;
    enum artem_chunk_kind kind;
    uint8_t bytes[]; // the whole chunk
};

struct rec_queue {
    pthread_mutex_t mutex; // guards the rest; never held over a copy or I/O
    pthread_cond_t wake;
    struct rec_buffer *first, *last;
    struct rec_buffer *kept; // written ones, for the next chunks: fresh memory costs more than the copy
    size_t kept_count;
    size_t queued_bytes, limit; // including what is being filled and what is being written
    bool closed, failed;
    char reason[REC_REASON];
};

bool rec_queue_init(struct rec_queue *queue, size_t limit);
void rec_queue_destroy(struct rec_queue *queue); // frees what is left

// For a chunk of that many bytes, to be filled and pushed. NULL when the queue is closed; also when the limit is
// reached or memory is short, and then it is closed for that reason: no chunk may be left out.
struct rec_buffer *rec_queue_take(struct rec_queue *queue, enum artem_chunk_kind kind, size_t size);
void rec_queue_push(struct rec_queue *queue, struct rec_buffer *buffer);

// The writer's side: waits; NULL when the queue is closed and empty.
struct rec_buffer *rec_queue_pop(struct rec_queue *queue);
void rec_queue_give_back(struct rec_queue *queue, struct rec_buffer *buffer);

// The first reason counts, but for a failure after it.
void rec_queue_close(struct rec_queue *queue, const char *reason, bool failed);
bool rec_queue_is_closed(struct rec_queue *queue);

#endif
