// SPDX-License-Identifier: Apache-2.0
#include "artem/model.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"
#include "model_internal.h"

enum {
    MAX_FILE = 16 << 20, // far above every model file, far below what would hurt a game
    ALIGNMENT = 64,      // of the network's arrays: a cache line, and the widest vector
};

// The public struct comes first, so that a pointer to the one is a pointer to the other.
struct network_object {
    struct artem_network public;
    atomic_uint references;
};

struct style_object {
    struct artem_style public;
    atomic_uint references;
};

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

struct artem_network *artem_network_alloc(size_t enc_weights_size, size_t trunk_bits_size)
{
    size_t weights = round_up(sizeof(struct network_object));
    size_t bits = weights + round_up(enc_weights_size);
    size_t size = bits + round_up(trunk_bits_size);
    struct network_object *object = aligned_alloc(ALIGNMENT, size);

    if (!object)
        return NULL;
    memset(object, 0, size);
    atomic_init(&object->references, 1);
    object->public.enc_weights = (int8_t *)object + weights;
    object->public.trunk_bits = (uint8_t *)object + bits;
    return &object->public;
}

struct artem_style *artem_style_alloc(void)
{
    struct style_object *object = calloc(1, sizeof *object);

    if (!object)
        return NULL;
    atomic_init(&object->references, 1);
    return &object->public;
}

// Release on the way down, acquire before the free: what other threads read has been read by then.
static void unref(atomic_uint *references, void *object)
{
    if (atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) == 1)
        free(object);
}

struct artem_network *artem_network_ref(struct artem_network *network)
{
    if (network)
        atomic_fetch_add_explicit(&((struct network_object *)network)->references, 1, memory_order_relaxed);
    return network;
}

void artem_network_unref(struct artem_network **network)
{
    if (network && *network)
        unref(&((struct network_object *)*network)->references, *network);
    if (network)
        *network = NULL;
}

struct artem_style *artem_style_ref(struct artem_style *style)
{
    if (style)
        atomic_fetch_add_explicit(&((struct style_object *)style)->references, 1, memory_order_relaxed);
    return style;
}

void artem_style_unref(struct artem_style **style)
{
    if (style && *style)
        unref(&((struct style_object *)*style)->references, *style);
    if (style)
        *style = NULL;
}

static enum artem_result read_model(const char *path, char **out_data, size_t *out_size)
{
    enum artem_result result = artem_file_read(path, MAX_FILE, out_data, out_size);

    if (result == ARTEM_ERROR_IO)
        artem_log(ARTEM_LOG_ERROR, "%s: cannot be read: %m", path);
    else if (result == ARTEM_ERROR_FORMAT)
        artem_log(ARTEM_LOG_ERROR, "%s: not a regular file of at most %d MiB", path, MAX_FILE >> 20);
    else if (result != ARTEM_OK)
        artem_log(ARTEM_LOG_ERROR, "%s: %s", path, artem_result_string(result));
    return result;
}

enum artem_result artem_network_load(const char *path, struct artem_network **out_network)
{
    char *data = NULL;
    size_t size = 0;

    if (!path || !out_network)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = read_model(path, &data, &size);
    if (result == ARTEM_OK)
        result = artem_network_parse(data, size, path, out_network);
    free(data);
    return result;
}

enum artem_result artem_style_load(const char *path, struct artem_style **out_style)
{
    char *data = NULL;
    size_t size = 0;

    if (!path || !out_style)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = read_model(path, &data, &size);
    if (result == ARTEM_OK)
        result = artem_style_parse(data, size, path, out_style);
    free(data);
    return result;
}
