// SPDX-License-Identifier: Apache-2.0
// Engines on the mock driver, and the driver's settings and counters.
#ifndef ARTEM_TEST_CUDA_FIXTURE_H
#define ARTEM_TEST_CUDA_FIXTURE_H

#include <dlfcn.h>

#include "artem/cuda.h"
#include "engine_fixture.h"
#include "mock_cuda.h"

static struct mock_cuda *mock;
static bool real; // on a true driver: `mock` counts nothing then

// False after a message where neither the mock nor a true driver with a device is found: skipped.
static inline bool mock_open(void)
{
    static struct mock_cuda nothing;
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    char why[512];

    mock = library != NULL ? dlsym(library, "mock_cuda") : NULL;
    real = mock == NULL;
    if (!real)
        return true;
    mock = &nothing;
    if (artem_cuda_probe(NULL, NULL, why, sizeof why) == ARTEM_OK)
        return true;
    fprintf(stderr, "skipped: %s\n", why);
    return false;
}

static inline void mock_reset(int fail_at)
{
    mock->fail_at = fail_at;
    mock->lose_at = 0;
    atomic_store(&mock->calls, 0);
    atomic_store(&mock->allocations, 0);
    atomic_store(&mock->launches, 0);
}

// Nothing of an engine is left, and nobody broke the driver's rules.
static inline void mock_check_empty(void)
{
    CHECK_INT(atomic_load(&mock->objects), 0);
    CHECK_INT(atomic_load(&mock->errors), 0);
}

static inline enum artem_result cuda_try(struct artem_network *network, struct artem_engine **out_engine)
{
    const struct artem_engine_params params = {.backend = "cuda", .network = network};

    return artem_engine_create(&params, out_engine);
}

static inline struct artem_engine *cuda_make(struct artem_network *network, struct artem_style *style)
{
    struct artem_engine *engine = NULL;

    CHECK_INT(cuda_try(network, &engine), ARTEM_OK);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    return engine;
}

#endif
