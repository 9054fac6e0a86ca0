// SPDX-License-Identifier: Apache-2.0
#include "gl_device.h"

#include <stdlib.h>

#include "vulkan_extras.h"

enum { FAMILIES_MAX = 32 };

// One that draws too is what apps have, and drivers know best.
static uint32_t find_family(const struct gl_device *own, PFN_vkGetPhysicalDeviceQueueFamilyProperties get_families)
{
    VkQueueFamilyProperties families[FAMILIES_MAX];
    uint32_t count = FAMILIES_MAX, found = UINT32_MAX;

    get_families(own->physical, &count, families);
    for (uint32_t i = 0; i < count; i++) {
        if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0 || families[i].queueCount == 0)
            continue;
        if ((families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0)
            return i;
        if (found == UINT32_MAX)
            found = i;
    }
    return found;
}

// For sharing with OpenGL; what is for the engine alone comes with the extras.
static uint32_t list_extensions(bool semaphores, const char **names)
{
    uint32_t count = 0;

    if (semaphores)
        for (uint32_t i = 0; i < vulkan_sharing_extension_count; i++)
            names[count++] = vulkan_sharing_extensions[i];
    else
        names[count++] = VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME;
    return count;
}

// With what pays, as for an app that has its device made by the runtime, or at least as it must be.
static VkResult make(struct gl_device *own, struct layer_instance *instance, const VkDeviceCreateInfo *info,
                     PFN_vkCreateDevice create, struct layer_extras *out_extras)
{
    const struct layer_vulkan_origin origin = {
        .instance = own->instance.handle,
        .version = own->instance.version,
        .identifies = true,
        .get_instance_proc_addr = own->instance.get,
        .physical = own->physical,
    };
    struct layer_extras_device changed;
    VkResult result = VK_ERROR_UNKNOWN;

    if (layer_extras_add_to_device(instance, &origin, own->physical, info, &changed)) {
        do
            result = create(own->physical, &changed.info, NULL, &own->handle);
        while (result != VK_SUCCESS && layer_extras_drop_queue(info, &changed));
        *out_extras = changed.extras;
        layer_extras_end_device(&changed);
    }
    if (result != VK_SUCCESS) {
        *out_extras = layer_extras_of_app(info);
        result = create(own->physical, info, NULL, &own->handle);
    }
    if (result != VK_SUCCESS)
        own->handle = VK_NULL_HANDLE;
    return result;
}

// An app that draws with Vulkan keeps its threads from using a queue at once; here nobody would.
static pthread_mutex_t submit_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(PFN_vkQueueSubmit) submit_unlocked; // the loader's: the same for all devices

static VKAPI_ATTR VkResult VKAPI_CALL submit_locked(VkQueue queue, uint32_t count, const VkSubmitInfo *infos,
                                                    VkFence fence)
{
    VkResult result;

    pthread_mutex_lock(&submit_mutex);
    result = submit_unlocked(queue, count, infos, fence);
    pthread_mutex_unlock(&submit_mutex);
    return result;
}

static bool lock_submit(struct gl_device *own)
{
    const PFN_vkQueueSubmit submit = (PFN_vkQueueSubmit)own->instance.get(own->instance.handle, "vkQueueSubmit");

    if (submit == NULL)
        return false;
    submit_unlocked = submit;
    own->device->vkQueueSubmit = submit_locked;
    return true;
}

static const char *open_device(struct gl_device *own, struct layer_instance *instance)
{
    const PFN_vkGetInstanceProcAddr get = own->instance.get;
    const VkInstance vulkan = own->instance.handle;
    const PFN_vkCreateDevice create = (PFN_vkCreateDevice)get(vulkan, "vkCreateDevice");
    const PFN_vkGetPhysicalDeviceQueueFamilyProperties get_families =
        (PFN_vkGetPhysicalDeviceQueueFamilyProperties)get(vulkan, "vkGetPhysicalDeviceQueueFamilyProperties");
    const PFN_vkGetDeviceProcAddr get_device = (PFN_vkGetDeviceProcAddr)get(vulkan, "vkGetDeviceProcAddr");
    const char **names = calloc(vulkan_sharing_extension_count, sizeof *names);
    const float priority = 1.0f;
    struct layer_extras extras;

    if (names == NULL || create == NULL || get_families == NULL || get_device == NULL) {
        free((void *)names);
        return "Vulkan cannot be used";
    }
    const bool semaphores = vulkan_can_export_semaphores(get, vulkan, own->physical);
    const VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = find_family(own, get_families),
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    const VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue,
        .enabledExtensionCount = list_extensions(semaphores, names),
        .ppEnabledExtensionNames = names,
    };
    const VkResult result =
        queue.queueFamilyIndex != UINT32_MAX ? make(own, instance, &info, create, &extras) : VK_ERROR_UNKNOWN;

    free((void *)names);
    if (result != VK_SUCCESS)
        return "its GPU cannot be opened by Vulkan";
    own->destroy_device = (PFN_vkDestroyDevice)get_device(own->handle, "vkDestroyDevice");

    const struct vulkan_device_params params = {
        .instance = vulkan,
        .physical_device = own->physical,
        .device = own->handle,
        .queue_family = queue.queueFamilyIndex,
        .async = extras.async,
        .get_instance_proc_addr = get,
        .dot = extras.dot,
        .sharing = extras.sharing,
        .clock = extras.clock,
        .exports_memory = true,
        .exports_semaphores = semaphores,
    };
    if (vulkan_device_create(&params, &own->device) != ARTEM_OK || own->device->vkGetMemoryFdKHR == NULL ||
        !lock_submit(own))
        return "its GPU lacks a function of Vulkan";
    return NULL;
}

enum artem_result gl_device_create(struct layer_instance *instance, const struct gl_context *context,
                                   struct gl_device **out_device, const char **out_why)
{
    struct gl_device *own = calloc(1, sizeof *own);

    *out_why = "out of memory";
    if (own == NULL)
        return ARTEM_ERROR_MEMORY;
    *out_why = vulkan_own_instance_open(&own->instance);
    if (*out_why == NULL) {
        own->physical = vulkan_find_same_device(&own->instance, context->uuid, context->driver_uuid);
        *out_why = own->physical == VK_NULL_HANDLE ? "Vulkan does not have its GPU by the same driver"
                   : !vulkan_has_extension(own->instance.get, own->instance.handle, own->physical,
                                           VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME)
                       ? "its GPU's Vulkan cannot share memory"
                       : open_device(own, instance);
    }
    if (*out_why == NULL) {
        *out_device = own;
        return ARTEM_OK;
    }
    gl_device_destroy(&own);
    return ARTEM_ERROR_UNSUPPORTED;
}

void gl_device_destroy(struct gl_device **device)
{
    struct gl_device *own = *device;

    *device = NULL;
    if (own == NULL)
        return;
    vulkan_device_destroy(&own->device);
    if (own->handle != VK_NULL_HANDLE && own->destroy_device != NULL)
        own->destroy_device(own->handle, NULL);
    vulkan_own_instance_close(&own->instance);
    free(own);
}
