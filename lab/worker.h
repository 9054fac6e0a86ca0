// SPDX-License-Identifier: Apache-2.0
// A thread that does one piece of work after the other, on some of the processors.
#ifndef ARTEM_LAB_WORKER_H
#define ARTEM_LAB_WORKER_H

#include <stdint.h>

#include "artem/result.h"

struct lab_worker;

// share of shares of the processors that this process may use; threads: of what runs there (OpenMP). NULL without
// memory or threads.
struct lab_worker *lab_worker_create(uint32_t share, uint32_t shares, uint32_t threads);

// The work before must have been waited for.
void lab_worker_start(struct lab_worker *worker, enum artem_result (*work)(void *user), void *user);
enum artem_result lab_worker_wait(struct lab_worker *worker);
void lab_worker_destroy(struct lab_worker **worker); // NULL-safe

// How many threads are a share of `threads` (0: of all processors). At least 1.
uint32_t lab_worker_threads(uint32_t threads, uint32_t shares);

#endif
