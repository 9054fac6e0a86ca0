// SPDX-License-Identifier: Apache-2.0
// What the mocks of cuDNN and cuBLAS for the lab share: calls that can fail, handles and descriptions that are counted
// and checked, memory that has to be the device's. Each is computed on the host when it is called, once its stream is
// done.
#ifndef ARTEM_MOCK_LIBRARY_H
#define ARTEM_MOCK_LIBRARY_H

#include <dlfcn.h>
#include <stdlib.h>

#include "mock_cuda.h"

// The mock driver of this process.
static struct mock_cuda *mock_driver(void)
{
    static struct mock_cuda *found;
    void *library;

    if (found == NULL) {
        library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
        found = library != NULL ? dlsym(library, "mock_cuda") : NULL;
        if (found == NULL)
            abort(); // on a true driver, which this mock cannot work on
        dlclose(library);
    }
    return found;
}

enum mock_library_kind {
    LIBRARY_HANDLE = 0x4c41,
    LIBRARY_TENSOR,
    LIBRARY_FILTER,
    LIBRARY_CONV,
    LIBRARY_POOL,
    LIBRARY_ACTIVATION
};

struct mock_library_object {
    enum mock_library_kind kind;
};

static void *mock_library_new(size_t size, enum mock_library_kind kind)
{
    struct mock_library_object *object = calloc(1, size);

    if (object == NULL)
        abort();
    object->kind = kind;
    atomic_fetch_add(&mock_driver()->objects, 1);
    return object;
}

static bool mock_library_is(const void *object, enum mock_library_kind kind)
{
    return object != NULL && ((const struct mock_library_object *)object)->kind == kind;
}

static bool mock_library_delete(void *object, enum mock_library_kind kind)
{
    if (!mock_library_is(object, kind)) {
        mock_driver()->complain("what is destroyed is no such object");
        return false;
    }
    atomic_fetch_sub(&mock_driver()->objects, 1);
    free(object);
    return true;
}

#define LIBRARY_ENTER(failed)                                                                                          \
    do {                                                                                                               \
        if (!mock_driver()->enter_library(__func__, true))                                                             \
            return failed;                                                                                             \
    } while (0)
#define LIBRARY_CHECK(condition, error)                                                                                \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            mock_driver()->complain("%s: not so: %s", __func__, #condition);                                           \
            return error;                                                                                              \
        }                                                                                                              \
    } while (0)

#endif
