// SPDX-License-Identifier: Apache-2.0
// Finds the entry points of a Vulkan device and what it can do.
#include "artem_vk/device.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"

// The few functions of the instance, needed during creation only.
struct instance_functions {
    PFN_vkGetDeviceProcAddr vkGetDeviceProcAddr;
    PFN_vkGetPhysicalDeviceMemoryProperties vkGetPhysicalDeviceMemoryProperties;
    PFN_vkGetPhysicalDeviceProperties vkGetPhysicalDeviceProperties;
    PFN_vkGetPhysicalDeviceQueueFamilyProperties vkGetPhysicalDeviceQueueFamilyProperties;
};

// Under XR_KHR_vulkan_enable nobody tells where the app has its Vulkan from: a libvulkan that is loaded already is the
// best guess.
static PFN_vkGetInstanceProcAddr open_vulkan(struct vulkan_device *device)
{
    device->library = dlopen("libvulkan.so.1", RTLD_NOLOAD | RTLD_NOW);
    if (device->library == NULL)
        device->library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (device->library == NULL)
        return NULL;
    return (PFN_vkGetInstanceProcAddr)dlsym(device->library, "vkGetInstanceProcAddr");
}

static void load_sharing(struct vulkan_device *device, const struct vulkan_device_params *params,
                         PFN_vkGetInstanceProcAddr get, PFN_vkGetDeviceProcAddr get_device)
{
    device->vkGetMemoryFdKHR = (PFN_vkGetMemoryFdKHR)get_device(params->device, "vkGetMemoryFdKHR");
    device->vkGetSemaphoreFdKHR = (PFN_vkGetSemaphoreFdKHR)get_device(params->device, "vkGetSemaphoreFdKHR");
    device->vkSignalSemaphoreKHR = (PFN_vkSignalSemaphoreKHR)get_device(params->device, "vkSignalSemaphoreKHR");
    device->vkGetSemaphoreCounterValueKHR =
        (PFN_vkGetSemaphoreCounterValueKHR)get_device(params->device, "vkGetSemaphoreCounterValueKHR");
    if (device->vkGetMemoryFdKHR == NULL || device->vkGetSemaphoreFdKHR == NULL ||
        (device->sharing == VULKAN_SHARING_TIMELINE &&
         (device->vkSignalSemaphoreKHR == NULL || device->vkGetSemaphoreCounterValueKHR == NULL)) ||
        !vulkan_find_uuids(get, params->instance, params->physical_device, device->uuid, device->driver_uuid))
        device->sharing = VULKAN_SHARING_NONE;
}

static bool load_functions(struct vulkan_device *device, const struct vulkan_device_params *params,
                           struct instance_functions *functions)
{
    PFN_vkGetInstanceProcAddr get = params->get_instance_proc_addr;

    if (get == NULL)
        get = open_vulkan(device);
    if (get == NULL) {
        artem_log(ARTEM_LOG_WARN, "libvulkan.so.1 cannot be opened");
        return false;
    }
#define LOAD(name)                                                                                                     \
    functions->name = (PFN_##name)get(params->instance, #name);                                                        \
    if (functions->name == NULL)                                                                                       \
        return false;
    LOAD(vkGetDeviceProcAddr)
    LOAD(vkGetPhysicalDeviceMemoryProperties)
    LOAD(vkGetPhysicalDeviceProperties)
    LOAD(vkGetPhysicalDeviceQueueFamilyProperties)
#undef LOAD
#define X(name)                                                                                                        \
    device->name = (PFN_##name)functions->vkGetDeviceProcAddr(params->device, #name);                                  \
    if (device->name == NULL)                                                                                          \
        return false;
    VULKAN_DEVICE_FUNCTIONS(X)
#undef X
    device->sharing = params->sharing;
    if (device->sharing != VULKAN_SHARING_NONE)
        load_sharing(device, params, get, functions->vkGetDeviceProcAddr);
    if (params->exports_memory)
        device->vkGetMemoryFdKHR =
            (PFN_vkGetMemoryFdKHR)functions->vkGetDeviceProcAddr(params->device, "vkGetMemoryFdKHR");
    if (params->exports_semaphores)
        device->vkGetSemaphoreFdKHR =
            (PFN_vkGetSemaphoreFdKHR)functions->vkGetDeviceProcAddr(params->device, "vkGetSemaphoreFdKHR");
    if (params->imports)
        device->vkImportSemaphoreFdKHR =
            (PFN_vkImportSemaphoreFdKHR)functions->vkGetDeviceProcAddr(params->device, "vkImportSemaphoreFdKHR");
    if (params->clock)
        device->vkGetCalibratedTimestampsEXT = (PFN_vkGetCalibratedTimestampsEXT)functions->vkGetDeviceProcAddr(
            params->device, "vkGetCalibratedTimestampsEXT");
    if (params->dot)
        device->dot = vulkan_find_dot(get, params->instance, params->physical_device);
    return true;
}

static uint64_t timestamp_mask(const VkQueueFamilyProperties *family)
{
    const uint32_t bits = family->timestampValidBits;

    return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

static void open_async(struct vulkan_device *device, const struct vulkan_device_params *params,
                       const VkQueueFamilyProperties *family)
{
    const uint64_t mask = timestamp_mask(family);

    if ((family->queueFlags & VK_QUEUE_COMPUTE_BIT) == 0 || (mask == 0 && device->timestamp_mask != 0))
        return;
    device->async_family = params->async.family;
    device->async_timestamp_mask = mask;
    device->vkGetDeviceQueue(params->device, params->async.family, params->async.index, &device->async_queue);
}

static bool check_queue(struct vulkan_device *device, const struct vulkan_device_params *params,
                        const struct instance_functions *functions)
{
    VkQueueFamilyProperties *families;
    VkPhysicalDeviceProperties properties;
    uint32_t count = 0;
    bool usable = false;

    functions->vkGetPhysicalDeviceProperties(params->physical_device, &properties);
    functions->vkGetPhysicalDeviceMemoryProperties(params->physical_device, &device->memory);
    device->max_image_side = properties.limits.maxImageDimension2D;
    device->max_buffer_range = properties.limits.maxStorageBufferRange;
    device->max_storage_buffers = properties.limits.maxPerStageDescriptorStorageBuffers;
    device->type = properties.deviceType;
    device->vendor = properties.vendorID;
    device->model = properties.deviceID;
    device->driver = properties.driverVersion;
    memcpy(device->cache_id, properties.pipelineCacheUUID, sizeof device->cache_id);
    snprintf(device->name, sizeof device->name, "%s", properties.deviceName);
    functions->vkGetPhysicalDeviceQueueFamilyProperties(params->physical_device, &count, NULL);
    families = calloc(count > 0 ? count : 1, sizeof *families);
    if (families == NULL)
        return false;
    functions->vkGetPhysicalDeviceQueueFamilyProperties(params->physical_device, &count, families);
    if (params->queue_family < count && (families[params->queue_family].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) {
        usable = true;
        device->has_graphics = (families[params->queue_family].queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0;
        device->timestamp_mask = timestamp_mask(&families[params->queue_family]);
        if (device->timestamp_mask != 0)
            device->timestamp_ms = properties.limits.timestampPeriod / 1e6;
        if (params->async.has && params->async.family < count)
            open_async(device, params, &families[params->async.family]);
    } else {
        artem_log(ARTEM_LOG_WARN, "the Vulkan queue family %u cannot run compute shaders", params->queue_family);
    }
    free(families);
    return usable;
}

enum artem_result vulkan_device_create(const struct vulkan_device_params *params, struct vulkan_device **out_device)
{
    struct vulkan_device *device = calloc(1, sizeof *device);
    struct instance_functions functions;

    if (device == NULL)
        return ARTEM_ERROR_MEMORY;
    if (!load_functions(device, params, &functions) || !check_queue(device, params, &functions)) {
        vulkan_device_destroy(&device);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    device->handle = params->device;
    device->queue_family = params->queue_family;
    device->vkGetDeviceQueue(device->handle, params->queue_family, params->queue_index, &device->queue);
    if (device->queue == VK_NULL_HANDLE) {
        vulkan_device_destroy(&device);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    *out_device = device;
    return ARTEM_OK;
}

bool vulkan_allows_async(void)
{
    const char *wish = artem_user_env("ARTEM_VULKAN_QUEUE");

    return wish == NULL || strcmp(wish, "app") != 0;
}

void vulkan_device_destroy(struct vulkan_device **device)
{
    struct vulkan_device *d = *device;

    *device = NULL;
    if (d == NULL)
        return;
    if (d->library != NULL)
        dlclose(d->library);
    free(d);
}

enum artem_result vulkan_commands_create(const struct vulkan_device *device, uint32_t family, uint32_t count,
                                         VkCommandPool *out_pool, VkCommandBuffer *out_commands)
{
    const VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = family,
    };
    VkCommandBufferAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = count,
    };

    *out_pool = VK_NULL_HANDLE;
    if (device->vkCreateCommandPool(device->handle, &pool_info, NULL, out_pool) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    info.commandPool = *out_pool;
    return device->vkAllocateCommandBuffers(device->handle, &info, out_commands) == VK_SUCCESS ? ARTEM_OK
                                                                                               : ARTEM_ERROR_DEVICE;
}
