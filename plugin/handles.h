// SPDX-License-Identifier: Apache-2.0
// Maps from OpenXR handles to the layer's objects. Thread-safe. An object found may be used while its handle may be:
// the specification asks the app not to destroy a handle that another call uses.
#ifndef ARTEM_PLUGIN_HANDLES_H
#define ARTEM_PLUGIN_HANDLES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// Handles are pointers on 64-bit platforms and uint64_t elsewhere.
#define HANDLE_KEY(handle) ((uint64_t)(handle))

enum { HANDLE_BUCKETS = 64 };

struct handle_entry;

struct handle_map {
    pthread_mutex_t mutex;
    struct handle_entry *buckets[HANDLE_BUCKETS];
};

#define HANDLE_MAP_INIT                                                                                                \
    {                                                                                                                  \
        .mutex = PTHREAD_MUTEX_INITIALIZER                                                                             \
    }

// False if memory is short. An existing entry of the same key is replaced.
bool handle_map_put(struct handle_map *map, uint64_t key, void *value);
// NULL if there is none.
void *handle_map_get(struct handle_map *map, uint64_t key);
void *handle_map_take(struct handle_map *map, uint64_t key);

#endif
