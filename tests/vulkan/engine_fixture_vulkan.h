// SPDX-License-Identifier: Apache-2.0
// Engines of the Vulkan backend on the test's own device.
#ifndef ARTEM_TEST_ENGINE_FIXTURE_VULKAN_H
#define ARTEM_TEST_ENGINE_FIXTURE_VULKAN_H

#include "artem/engine_vulkan.h"
#include "engine_fixture.h"
#include "vulkan_host.h"

// NULL after a message that is to end the test as skipped, or failed.
static inline struct vulkan_device *device_open(void)
{
    struct vulkan_device_params params;
    struct vulkan_device *device = NULL;
    const char *missing = host_open(&params);

    if (missing != NULL)
        fprintf(stderr, "skipped: %s\n", missing);
    else
        CHECK_INT(vulkan_device_create(&params, &device), ARTEM_OK);
    return device;
}

// `device` NULL: the engine opens one of its own.
static inline struct artem_engine *vulkan_engine_make(struct artem_network *network, struct artem_style *style,
                                                      const struct vulkan_device *device)
{
    const struct artem_engine_vulkan share = {.device = device};
    const struct artem_engine_params params = {
        .backend = "vulkan", .network = network, .vulkan = device != NULL ? &share : NULL};
    struct artem_engine *engine = NULL;

    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    return engine;
}

#endif
