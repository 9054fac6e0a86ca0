// SPDX-License-Identifier: Apache-2.0
// All objects in one list: few enough to search.
#include <stdlib.h>

#include "mock_internal.h"

static struct mock_object *objects;

void *mock_object_new(enum mock_kind kind, size_t size, void *parent, void (*destroy)(struct mock_object *))
{
    struct mock_object *object = calloc(1, size);

    if (object == NULL)
        abort();
    object->kind = kind;
    object->parent = parent;
    object->destroy = destroy;
    object->next = objects;
    objects = object;
    return object;
}

void *mock_object_find(uint64_t handle, enum mock_kind kind)
{
    for (struct mock_object *object = objects; object != NULL; object = object->next) {
        if ((uint64_t)(uintptr_t)object == handle)
            return object->kind == kind ? object : NULL;
    }
    return NULL;
}

void *mock_object_next(const void *previous, enum mock_kind kind)
{
    struct mock_object *object = previous != NULL ? ((const struct mock_object *)previous)->next : objects;

    while (object != NULL && object->kind != kind)
        object = object->next;
    return object;
}

static struct mock_object *find_child(const struct mock_object *parent)
{
    struct mock_object *object = objects;

    while (object != NULL && object->parent != parent)
        object = object->next;
    return object;
}

void mock_object_destroy(void *destroyed)
{
    struct mock_object *object = destroyed, *child, **link = &objects;

    while ((child = find_child(object)) != NULL)
        mock_object_destroy(child);
    if (object->destroy != NULL)
        object->destroy(object);
    while (*link != object)
        link = &(*link)->next;
    *link = object->next;
    free(object);
}
