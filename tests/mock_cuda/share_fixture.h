// SPDX-License-Identifier: Apache-2.0
// The layer above the mock CUDA driver and a Vulkan device that shares pictures with it.
#ifndef ARTEM_TEST_SHARE_FIXTURE_H
#define ARTEM_TEST_SHARE_FIXTURE_H

#include <dlfcn.h>
#include <stdlib.h>

#include "artem/cuda.h"
#include "artem_vk/device.h"
#include "device_runs.h"
#include "mock_cuda.h"
#include "test.h"

static struct mock_cuda *mock;
static bool real; // on a true driver: `mock` counts nothing then

static const char *const share_instance_names[] = {VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                                   VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
                                                   VK_KHR_EXTERNAL_SEMAPHORE_CAPABILITIES_EXTENSION_NAME};

// What runtimes that share images between processes demand.
static inline void share_demand(void)
{
    mock_settings.instance_extensions = "VK_KHR_get_physical_device_properties2 VK_KHR_external_memory_capabilities "
                                        "VK_KHR_external_semaphore_capabilities";
    mock_settings.device_extensions =
        "VK_KHR_external_memory VK_KHR_external_memory_fd VK_KHR_external_semaphore VK_KHR_external_semaphore_fd "
        "VK_KHR_dedicated_allocation VK_KHR_get_memory_requirements2";
}

// So that CUDA can be used under XR_KHR_vulkan_enable.
static inline void share_demand_extensions(bool demand)
{
    const struct host_names none = {0, NULL}, instance = {3, share_instance_names},
                            device = {vulkan_sharing_extension_count, vulkan_sharing_extensions};

    app_before_open = demand ? share_demand : NULL;
    host_instance_extensions = demand ? instance : none;
    host_device_extensions = demand ? device : none;
}

// The mock's device is the Vulkan device. NULL, or why it cannot be.
static inline const char *share_find_device(void)
{
    static char why[512];
    uint8_t uuid[VK_UUID_SIZE];
    struct vulkan_device_params params;

    host_instance_extensions = (struct host_names){3, share_instance_names};
    const char *missing = host_open(&params);
    host_instance_extensions = (struct host_names){0, NULL};
    if (missing != NULL)
        return missing;
    CHECK(vulkan_find_uuid(params.get_instance_proc_addr, params.instance, params.physical_device,
                           real ? uuid : mock->uuid));
    VkPhysicalDeviceProperties properties;
    PFN_vkGetPhysicalDeviceProperties get_properties = (PFN_vkGetPhysicalDeviceProperties)params.get_instance_proc_addr(
        params.instance, "vkGetPhysicalDeviceProperties");
    get_properties(params.physical_device, &properties);
    // The mock maps what Vulkan exports as the file that it is in software only.
    if (!real && properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
        missing = "the Vulkan device is a GPU, whose memory the mock driver cannot map";
    else if (real && artem_cuda_probe(uuid, NULL, why, sizeof why) != ARTEM_OK)
        missing = why;
    else if (vulkan_find_sharing(params.get_instance_proc_addr, params.instance, params.physical_device) !=
             VULKAN_SHARING_TIMELINE)
        missing = "the Vulkan device exports no memory, or has no timeline semaphores";
    CHECK_INT(host_close(), 0);
    return missing;
}

static inline void share_check_rules(const char *what)
{
    if (atomic_load(&mock->objects) != 0 || atomic_load(&mock->errors) != 0)
        TEST_FAIL("%s: %d objects are left, and %d calls were wrong", what, atomic_load(&mock->objects),
                  atomic_load(&mock->errors));
}

// False after a message where there is nothing to share with: skipped. Settings are in a file of the test's own, until
// runs_end.
static inline bool share_begin(void)
{
    static struct mock_cuda nothing;
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (library == NULL) {
        fprintf(stderr, "skipped: there is no NVIDIA driver here\n");
        return false;
    }
    mock = dlsym(library, "mock_cuda");
    real = mock == NULL;
    mock = real ? &nothing : mock;
    if (!real)
        setenv("ARTEM_CUDA_FORM", "popcount", 1); // the one that is emulated fastest
    mock->delay_us = 5000;
    const char *missing = runs_begin();
    if (missing == NULL)
        missing = share_find_device();
    if (missing != NULL)
        fprintf(stderr, "skipped: %s\n", missing);
    return missing == NULL;
}

// The validation layer does not follow timelines that one side signals for the other: it waits for ten seconds, and
// says that this is most likely its own fault.
static inline void share_leave_validation(void)
{
    setenv("ARTEM_TEST_VALIDATION", "off", 1);
    setenv("VK_INSTANCE_LAYERS", "VK_LAYER_ARTEM_test_semaphores", 1);
}

#endif
