// SPDX-License-Identifier: Apache-2.0
// Whether a device can share memory and semaphores with another API.
#include <stdlib.h>
#include <string.h>

#include "artem_vk/device.h"

// All but the first two became part of Vulkan 1.1; drivers still list them, and instances of 1.0 need them.
const char *const vulkan_sharing_extensions[] = {
    VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,   VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,
    VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME,      VK_KHR_EXTERNAL_SEMAPHORE_EXTENSION_NAME,
    VK_KHR_DEDICATED_ALLOCATION_EXTENSION_NAME, VK_KHR_GET_MEMORY_REQUIREMENTS_2_EXTENSION_NAME,
};
const uint32_t vulkan_sharing_extension_count = sizeof vulkan_sharing_extensions / sizeof vulkan_sharing_extensions[0];
const char *const vulkan_import_extensions[VULKAN_IMPORT_EXTENSIONS] = {VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
                                                                        VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME};
const char vulkan_timeline_extension[] = VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME;

bool vulkan_has_extension(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                          const char *name)
{
    const PFN_vkEnumerateDeviceExtensionProperties enumerate =
        (PFN_vkEnumerateDeviceExtensionProperties)get(instance, "vkEnumerateDeviceExtensionProperties");
    VkExtensionProperties *list = NULL;
    uint32_t count = 0;
    bool found = false;

    if (enumerate != NULL && enumerate(physical, NULL, &count, NULL) == VK_SUCCESS && count > 0)
        list = calloc(count, sizeof *list);
    if (list != NULL && enumerate(physical, NULL, &count, list) >= 0)
        for (uint32_t i = 0; i < count && !found; i++)
            found = strcmp(list[i].extensionName, name) == 0;
    free(list);
    return found;
}

// By the names of 1.1 or of the extension.
static PFN_vkVoidFunction find(PFN_vkGetInstanceProcAddr get, VkInstance instance, const char *khr, const char *core)
{
    PFN_vkVoidFunction function = get(instance, khr);

    return function != NULL ? function : get(instance, core);
}

static bool has_timeline_feature(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    const PFN_vkGetPhysicalDeviceFeatures2KHR get_features = (PFN_vkGetPhysicalDeviceFeatures2KHR)find(
        get, instance, "vkGetPhysicalDeviceFeatures2KHR", "vkGetPhysicalDeviceFeatures2");
    VkPhysicalDeviceTimelineSemaphoreFeaturesKHR timeline = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES_KHR,
    };
    VkPhysicalDeviceFeatures2KHR features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2_KHR,
                                             .pNext = &timeline};

    if (get_features == NULL)
        return false;
    get_features(physical, &features);
    return timeline.timelineSemaphore != VK_FALSE;
}

// What of VkExternalMemoryFeatureFlagBits buffers have.
static VkExternalMemoryFeatureFlags find_buffers(PFN_vkGetInstanceProcAddr get, VkInstance instance,
                                                 VkPhysicalDevice physical)
{
    const PFN_vkGetPhysicalDeviceExternalBufferPropertiesKHR get_properties =
        (PFN_vkGetPhysicalDeviceExternalBufferPropertiesKHR)find(get, instance,
                                                                 "vkGetPhysicalDeviceExternalBufferPropertiesKHR",
                                                                 "vkGetPhysicalDeviceExternalBufferProperties");
    const VkPhysicalDeviceExternalBufferInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO_KHR,
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    VkExternalBufferPropertiesKHR properties = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES_KHR};

    if (get_properties == NULL)
        return 0;
    get_properties(physical, &info, &properties);
    return properties.externalMemoryProperties.externalMemoryFeatures;
}

bool vulkan_can_export_image(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                             VkFormat format, VkImageCreateFlags flags, VkImageUsageFlags usage)
{
    const PFN_vkGetPhysicalDeviceImageFormatProperties2KHR get_properties =
        (PFN_vkGetPhysicalDeviceImageFormatProperties2KHR)find(
            get, instance, "vkGetPhysicalDeviceImageFormatProperties2KHR", "vkGetPhysicalDeviceImageFormatProperties2");
    const VkPhysicalDeviceExternalImageFormatInfoKHR external = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO_KHR,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    const VkPhysicalDeviceImageFormatInfo2KHR info = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_FORMAT_INFO_2_KHR,
        .pNext = &external,
        .format = format,
        .type = VK_IMAGE_TYPE_2D,
        .tiling = VK_IMAGE_TILING_OPTIMAL,
        .usage = usage,
        .flags = flags,
    };
    VkExternalImageFormatPropertiesKHR out = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES_KHR};
    VkImageFormatProperties2KHR properties = {.sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_PROPERTIES_2_KHR, .pNext = &out};

    return get_properties != NULL && get_properties(physical, &info, &properties) == VK_SUCCESS &&
           (out.externalMemoryProperties.externalMemoryFeatures & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) != 0;
}

static VkExternalSemaphoreFeatureFlags find_semaphores(PFN_vkGetInstanceProcAddr get, VkInstance instance,
                                                       VkPhysicalDevice physical, VkSemaphoreTypeKHR type)
{
    const PFN_vkGetPhysicalDeviceExternalSemaphorePropertiesKHR get_properties =
        (PFN_vkGetPhysicalDeviceExternalSemaphorePropertiesKHR)find(get, instance,
                                                                    "vkGetPhysicalDeviceExternalSemaphorePropertiesKHR",
                                                                    "vkGetPhysicalDeviceExternalSemaphoreProperties");
    const VkSemaphoreTypeCreateInfoKHR type_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO_KHR,
                                                    .semaphoreType = type};
    const VkPhysicalDeviceExternalSemaphoreInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_SEMAPHORE_INFO_KHR,
        .pNext = type == VK_SEMAPHORE_TYPE_TIMELINE_KHR ? &type_info : NULL,
        .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    VkExternalSemaphorePropertiesKHR properties = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_SEMAPHORE_PROPERTIES_KHR};

    if (get_properties == NULL)
        return 0;
    get_properties(physical, &info, &properties);
    return properties.externalSemaphoreFeatures;
}

static bool exports_semaphores(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                               VkSemaphoreTypeKHR type)
{
    return (find_semaphores(get, instance, physical, type) & VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT_KHR) != 0;
}

bool vulkan_can_import(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    for (uint32_t i = 0; i < VULKAN_IMPORT_EXTENSIONS; i++)
        if (!vulkan_has_extension(get, instance, physical, vulkan_import_extensions[i]))
            return false;
    return (find_buffers(get, instance, physical) & VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT) != 0 &&
           (find_semaphores(get, instance, physical, VK_SEMAPHORE_TYPE_BINARY_KHR) &
            VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT_KHR) != 0;
}

bool vulkan_can_export_semaphores(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    for (uint32_t i = 0; i < vulkan_sharing_extension_count; i++)
        if (!vulkan_has_extension(get, instance, physical, vulkan_sharing_extensions[i]))
            return false;
    return exports_semaphores(get, instance, physical, VK_SEMAPHORE_TYPE_BINARY_KHR);
}

enum vulkan_sharing vulkan_find_sharing(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    for (uint32_t i = 0; i < vulkan_sharing_extension_count; i++)
        if (!vulkan_has_extension(get, instance, physical, vulkan_sharing_extensions[i]))
            return VULKAN_SHARING_NONE;
    if ((find_buffers(get, instance, physical) & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) == 0)
        return VULKAN_SHARING_NONE;
    if (vulkan_has_extension(get, instance, physical, vulkan_timeline_extension) &&
        has_timeline_feature(get, instance, physical) &&
        exports_semaphores(get, instance, physical, VK_SEMAPHORE_TYPE_TIMELINE_KHR))
        return VULKAN_SHARING_TIMELINE;
    return exports_semaphores(get, instance, physical, VK_SEMAPHORE_TYPE_BINARY_KHR) ? VULKAN_SHARING_BINARY
                                                                                     : VULKAN_SHARING_NONE;
}

bool vulkan_find_uuid(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                      uint8_t uuid[VK_UUID_SIZE])
{
    uint8_t driver_uuid[VK_UUID_SIZE];

    return vulkan_find_uuids(get, instance, physical, uuid, driver_uuid);
}

bool vulkan_find_uuids(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical,
                       uint8_t uuid[VK_UUID_SIZE], uint8_t driver_uuid[VK_UUID_SIZE])
{
    const PFN_vkGetPhysicalDeviceProperties2KHR get_properties = (PFN_vkGetPhysicalDeviceProperties2KHR)find(
        get, instance, "vkGetPhysicalDeviceProperties2KHR", "vkGetPhysicalDeviceProperties2");
    VkPhysicalDeviceIDPropertiesKHR id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES_KHR};
    VkPhysicalDeviceProperties2KHR properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2_KHR,
                                                 .pNext = &id};

    if (get_properties == NULL)
        return false;
    get_properties(physical, &properties);
    memcpy(uuid, id.deviceUUID, VK_UUID_SIZE);
    memcpy(driver_uuid, id.driverUUID, VK_UUID_SIZE);
    return true;
}

enum artem_result vulkan_semaphore_export(const struct vulkan_device *device, bool timeline, VkSemaphore *out_semaphore,
                                          int *out_fd)
{
    const VkSemaphoreTypeCreateInfoKHR type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO_KHR,
                                               .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE_KHR};
    const VkExportSemaphoreCreateInfoKHR exported = {
        .sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO_KHR,
        .pNext = timeline ? &type : NULL,
        .handleTypes = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    const VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &exported};

    if (device->vkCreateSemaphore(device->handle, &info, NULL, out_semaphore) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    const VkSemaphoreGetFdInfoKHR fd_info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR,
        .semaphore = *out_semaphore,
        .handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT_KHR,
    };
    return device->vkGetSemaphoreFdKHR(device->handle, &fd_info, out_fd) == VK_SUCCESS ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}
