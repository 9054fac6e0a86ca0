// SPDX-License-Identifier: Apache-2.0
// Threads of one engine. A job runs on one of them while the caller is free; inside the job, loops are shared among
// all. Idle threads sleep; all signals are blocked in them.
#ifndef ARTEM_THREADPOOL_H
#define ARTEM_THREADPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"

enum { ARTEM_THREADS_MAX = 64 };

struct artem_threadpool;

// CPUs that this process may use, at least 1.
uint32_t artem_threadpool_processors(void);
// One thread for each of them, at most 8.
uint32_t artem_threadpool_automatic(void);

// threads: 0 = automatic.
enum artem_result artem_threadpool_create(uint32_t threads, struct artem_threadpool **out_pool);
uint32_t artem_threadpool_size(const struct artem_threadpool *pool);

// Starts a job; the one before must have been waited for. start and wait: from one thread.
void artem_threadpool_start(struct artem_threadpool *pool, void (*job)(void *user), void *user);
// True when no job runs (any more).
bool artem_threadpool_wait(struct artem_threadpool *pool, uint64_t timeout_ns);

// Only inside a job: calls task for every item 0..items-1, in any order, on any thread; returns when all are done.
// worker: 0..size-1, no two calls at a time with the same one.
void artem_threadpool_for(struct artem_threadpool *pool, uint32_t items,
                          void (*task)(void *user, uint32_t item, uint32_t worker), void *user);

// Waits for a job in flight, joins the threads, clears *pool. NULL-safe.
void artem_threadpool_destroy(struct artem_threadpool **pool);

#endif
