// SPDX-License-Identifier: Apache-2.0
// Handle maps: chained hash tables under one mutex each.
#include "handles.h"

#include <stdlib.h>

struct handle_entry {
    uint64_t key;
    void *value;
    struct handle_entry *next;
};

static struct handle_entry **find_locked(struct handle_map *map, uint64_t key)
{
    // Handles are often addresses: their low bits say little.
    struct handle_entry **link = &map->buckets[(key ^ key >> 4 ^ key >> 10) % HANDLE_BUCKETS];

    while (*link != NULL && (*link)->key != key)
        link = &(*link)->next;
    return link;
}

bool handle_map_put(struct handle_map *map, uint64_t key, void *value)
{
    struct handle_entry *entry;
    struct handle_entry **link;

    pthread_mutex_lock(&map->mutex);
    link = find_locked(map, key);
    entry = *link;
    if (entry == NULL) {
        entry = malloc(sizeof *entry);
        if (entry != NULL)
            *entry = (struct handle_entry){.key = key};
        *link = entry;
    }
    if (entry != NULL)
        entry->value = value;
    pthread_mutex_unlock(&map->mutex);
    return entry != NULL;
}

void *handle_map_get(struct handle_map *map, uint64_t key)
{
    struct handle_entry *entry;
    void *value;

    pthread_mutex_lock(&map->mutex);
    entry = *find_locked(map, key);
    value = entry != NULL ? entry->value : NULL;
    pthread_mutex_unlock(&map->mutex);
    return value;
}

void *handle_map_take(struct handle_map *map, uint64_t key)
{
    struct handle_entry **link;
    struct handle_entry *entry;
    void *value = NULL;

    pthread_mutex_lock(&map->mutex);
    link = find_locked(map, key);
    entry = *link;
    if (entry != NULL) {
        value = entry->value;
        *link = entry->next;
        free(entry);
    }
    pthread_mutex_unlock(&map->mutex);
    return value;
}
