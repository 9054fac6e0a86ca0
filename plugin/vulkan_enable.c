// SPDX-License-Identifier: Apache-2.0
// The app's Vulkan as XR_KHR_vulkan_enable2 makes it: remembers where its functions are, and has instances and devices
// made with what the engine can use (vulkan_extras.c); where that fails, they are made as the app asked.
#include <stdlib.h>

#include "layer.h"
#include "vulkan_extras.h"

static uint32_t version_of(const VkInstanceCreateInfo *info)
{
    // 0 means 1.0, says the specification.
    return info != NULL && info->pApplicationInfo != NULL ? info->pApplicationInfo->apiVersion : 0;
}

static XrVulkanInstanceCreateInfoKHR with_instance(const XrVulkanInstanceCreateInfoKHR *info,
                                                   const VkInstanceCreateInfo *changed)
{
    XrVulkanInstanceCreateInfoKHR copy = *info;

    copy.vulkanCreateInfo = changed;
    return copy;
}

static XrVulkanDeviceCreateInfoKHR with_device(const XrVulkanDeviceCreateInfoKHR *info,
                                               const VkDeviceCreateInfo *changed)
{
    XrVulkanDeviceCreateInfoKHR copy = *info;

    copy.vulkanCreateInfo = changed;
    return copy;
}

static struct layer_vulkan_origin *find_origin(const struct layer_instance *instance, VkInstance handle)
{
    struct layer_vulkan_origin *origin = instance->origins;

    while (origin != NULL && origin->instance != handle)
        origin = origin->next;
    return origin;
}

static void remember_origin(struct layer_instance *instance, const struct layer_vulkan_origin *made)
{
    pthread_mutex_lock(&instance->mutex);
    struct layer_vulkan_origin *origin = find_origin(instance, made->instance); // of one that was destroyed

    if (origin == NULL && (origin = malloc(sizeof *origin)) != NULL) {
        origin->next = instance->origins;
        instance->origins = origin;
    }
    if (origin != NULL) { // else the system's libvulkan will do
        struct layer_vulkan_origin *const next = origin->next;

        *origin = *made;
        origin->next = next;
    }
    pthread_mutex_unlock(&instance->mutex);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanInstanceKHR(XrInstance handle,
                                                               const XrVulkanInstanceCreateInfoKHR *info,
                                                               VkInstance *vulkan_instance, VkResult *vulkan_result)
{
    struct layer_instance *instance = layer_active();
    struct layer_extras_instance changed;
    XrResult result = XR_SUCCESS;
    bool identifies = false;

    LAYER_CHECK_NEXT(instance, xrCreateVulkanInstanceKHR);
    if (info == NULL || info->vulkanCreateInfo == NULL || vulkan_instance == NULL || vulkan_result == NULL)
        return instance->next.xrCreateVulkanInstanceKHR(handle, info, vulkan_instance, vulkan_result);
    if (layer_extras_add_to_instance(instance, info, &changed)) {
        const XrVulkanInstanceCreateInfoKHR changed_info = with_instance(info, &changed.info);
        result = instance->next.xrCreateVulkanInstanceKHR(handle, &changed_info, vulkan_instance, vulkan_result);
        identifies = XR_SUCCEEDED(result) && *vulkan_result == VK_SUCCESS;
        layer_extras_end_instance(&changed);
    }
    if (!identifies) // whatever the reason, the app gets what it asked for, or the error for that
        result = instance->next.xrCreateVulkanInstanceKHR(handle, info, vulkan_instance, vulkan_result);
    if (XR_FAILED(result) || *vulkan_result != VK_SUCCESS)
        return result;
    const struct layer_vulkan_origin origin = {
        .instance = *vulkan_instance,
        .version = version_of(info->vulkanCreateInfo),
        .identifies = identifies || version_of(info->vulkanCreateInfo) >= VK_API_VERSION_1_1,
        .get_instance_proc_addr = info->pfnGetInstanceProcAddr,
    };
    remember_origin(instance, &origin);
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrGetVulkanGraphicsDevice2KHR(XrInstance handle,
                                                                   const XrVulkanGraphicsDeviceGetInfoKHR *info,
                                                                   VkPhysicalDevice *physical)
{
    struct layer_instance *instance = layer_active();
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrGetVulkanGraphicsDevice2KHR);
    result = instance->next.xrGetVulkanGraphicsDevice2KHR(handle, info, physical);
    if (XR_FAILED(result) || info == NULL || physical == NULL)
        return result;
    pthread_mutex_lock(&instance->mutex);
    for (struct layer_vulkan_origin *origin = instance->origins; origin != NULL; origin = origin->next) {
        if (origin->instance == info->vulkanInstance)
            origin->physical = *physical;
        else if (origin->physical == *physical)
            origin->physical = VK_NULL_HANDLE; // that instance is gone, and its handle is another's
    }
    pthread_mutex_unlock(&instance->mutex);
    return result;
}

bool layer_find_origin(struct layer_instance *instance, VkPhysicalDevice physical,
                       struct layer_vulkan_origin *out_origin)
{
    pthread_mutex_lock(&instance->mutex);
    const struct layer_vulkan_origin *found = instance->origins;

    while (found != NULL && found->physical != physical)
        found = found->next;
    if (found == NULL && instance->origins != NULL && instance->origins->next == NULL)
        found = instance->origins;
    if (found != NULL)
        *out_origin = *found;
    pthread_mutex_unlock(&instance->mutex);
    return found != NULL;
}

PFN_vkGetInstanceProcAddr layer_find_vulkan(struct layer_instance *instance, VkInstance vulkan_instance)
{
    pthread_mutex_lock(&instance->mutex);
    const struct layer_vulkan_origin *origin = find_origin(instance, vulkan_instance);
    const PFN_vkGetInstanceProcAddr found = origin != NULL ? origin->get_instance_proc_addr : NULL;

    pthread_mutex_unlock(&instance->mutex);
    return found;
}

void layer_forget_vulkan(struct layer_instance *instance)
{
    while (instance->origins != NULL) {
        struct layer_vulkan_origin *origin = instance->origins;

        instance->origins = origin->next;
        free(origin);
    }
    while (instance->made_devices != NULL) {
        struct layer_made_device *device = instance->made_devices;

        instance->made_devices = device->next;
        free(device);
    }
}

// ---- Devices ----

static struct layer_made_device *find_made(const struct layer_instance *instance, VkDevice handle)
{
    struct layer_made_device *device = instance->made_devices;

    while (device != NULL && device->handle != handle)
        device = device->next;
    return device;
}

// For as long as the instance lives: an app may have several sessions on a device, one after the other.
static void remember(struct layer_instance *instance, VkDevice handle, const struct layer_extras *extras)
{
    pthread_mutex_lock(&instance->mutex);
    struct layer_made_device *device = find_made(instance, handle); // of one that was destroyed

    if (device == NULL && (device = malloc(sizeof *device)) != NULL) {
        device->next = instance->made_devices;
        instance->made_devices = device;
    }
    if (device != NULL) {
        device->handle = handle;
        device->extras = *extras;
        device->async_taken = false;
    }
    pthread_mutex_unlock(&instance->mutex);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanDeviceKHR(XrInstance handle, const XrVulkanDeviceCreateInfoKHR *info,
                                                             VkDevice *device, VkResult *vulkan_result)
{
    struct layer_instance *instance = layer_active();
    struct layer_extras_device changed;
    struct layer_vulkan_origin origin;
    struct layer_extras extras;
    XrResult result = XR_SUCCESS;
    bool made = false;

    LAYER_CHECK_NEXT(instance, xrCreateVulkanDeviceKHR);
    if (info == NULL || info->vulkanCreateInfo == NULL || device == NULL || vulkan_result == NULL)
        return instance->next.xrCreateVulkanDeviceKHR(handle, info, device, vulkan_result);
    extras = layer_extras_of_app(info->vulkanCreateInfo);
    const bool known = layer_find_origin(instance, info->vulkanPhysicalDevice, &origin);
    if (layer_extras_add_to_device(instance, known ? &origin : NULL, info->vulkanPhysicalDevice, info->vulkanCreateInfo,
                                   &changed)) {
        const XrVulkanDeviceCreateInfoKHR changed_info = with_device(info, &changed.info);
        do { // a second time without the queue, which may be all that cannot be had
            result = instance->next.xrCreateVulkanDeviceKHR(handle, &changed_info, device, vulkan_result);
            made = XR_SUCCEEDED(result) && *vulkan_result == VK_SUCCESS;
        } while (!made && layer_extras_drop_queue(info->vulkanCreateInfo, &changed));
        extras = made ? changed.extras : extras;
        layer_extras_end_device(&changed);
    }
    if (!made) // whatever the reason, the app gets what it asked for, or the error for that
        result = instance->next.xrCreateVulkanDeviceKHR(handle, info, device, vulkan_result);
    if (XR_SUCCEEDED(result) && *vulkan_result == VK_SUCCESS)
        remember(instance, *device, &extras);
    return result;
}

bool layer_find_device(struct layer_instance *instance, VkDevice handle, struct layer_extras *out_extras)
{
    pthread_mutex_lock(&instance->mutex);
    struct layer_made_device *device = find_made(instance, handle);

    if (device != NULL) {
        *out_extras = device->extras;
        out_extras->async.has = device->extras.async.has && !device->async_taken;
        device->async_taken = device->extras.async.has;
    }
    pthread_mutex_unlock(&instance->mutex);
    return device != NULL;
}

void layer_return_async(struct layer_instance *instance, VkDevice handle)
{
    pthread_mutex_lock(&instance->mutex);
    struct layer_made_device *device = find_made(instance, handle);

    if (device != NULL)
        device->async_taken = false;
    pthread_mutex_unlock(&instance->mutex);
}
