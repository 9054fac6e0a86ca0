// SPDX-License-Identifier: Apache-2.0
// Helper threads inside someone else's process.
#ifndef ARTEM_THREAD_H
#define ARTEM_THREAD_H

#include <pthread.h>
#include <stdbool.h>

// Starts a joinable thread with every signal blocked, so that the host's handlers never run on it. name: at most 15
// bytes.
bool artem_thread_start(pthread_t *out_thread, const char *name, void *(*run)(void *user), void *user);

#endif
