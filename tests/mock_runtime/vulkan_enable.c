// SPDX-License-Identifier: Apache-2.0
// XR_KHR_vulkan_enable and XR_KHR_vulkan_enable2.
#include <stdio.h>
#include <string.h>

#include "../support/pick_device.h"
#include "dispatch.h"

static XrResult get_extensions(XrInstance handle, const char *names, uint32_t capacity, uint32_t *count, char *buffer)
{
    if (MOCK_FIND(mock_instance, MOCK_INSTANCE, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrGetVulkan*ExtensionsKHR: unknown instance");
    return mock_enumerate_strings(capacity, count, buffer, names != NULL ? names : "");
}

MOCK_FUNCTION(xrGetVulkanInstanceExtensionsKHR)
(XrInstance handle, XrSystemId system, uint32_t capacity, uint32_t *count, char *buffer)
{
    MOCK_ENTER("xrGetVulkanInstanceExtensionsKHR");
    (void)system;
    return get_extensions(handle, mock_settings.instance_extensions, capacity, count, buffer);
}

MOCK_FUNCTION(xrGetVulkanDeviceExtensionsKHR)
(XrInstance handle, XrSystemId system, uint32_t capacity, uint32_t *count, char *buffer)
{
    MOCK_ENTER("xrGetVulkanDeviceExtensionsKHR");
    (void)system;
    return get_extensions(handle, mock_settings.device_extensions, capacity, count, buffer);
}

static XrResult get_requirements(XrInstance handle, XrGraphicsRequirementsVulkanKHR *requirements)
{
    struct mock_instance *instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);

    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrGetVulkanGraphicsRequirements: unknown instance");
    instance->asked_requirements = true;
    requirements->minApiVersionSupported = XR_MAKE_VERSION(1, 0, 0);
    requirements->maxApiVersionSupported = XR_MAKE_VERSION(1, 3, 0);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrGetVulkanGraphicsRequirementsKHR)
(XrInstance handle, XrSystemId system, XrGraphicsRequirementsVulkanKHR *requirements)
{
    MOCK_ENTER("xrGetVulkanGraphicsRequirementsKHR");
    (void)system;
    return get_requirements(handle, requirements);
}

MOCK_FUNCTION(xrGetVulkanGraphicsRequirements2KHR)
(XrInstance handle, XrSystemId system, XrGraphicsRequirementsVulkanKHR *requirements)
{
    MOCK_ENTER("xrGetVulkanGraphicsRequirements2KHR");
    (void)system;
    return get_requirements(handle, requirements);
}

static XrResult get_device(VkInstance vulkan, VkPhysicalDevice *device)
{
    return pick_device(vulkan, device) ? XR_SUCCESS : XR_ERROR_RUNTIME_FAILURE;
}

MOCK_FUNCTION(xrGetVulkanGraphicsDeviceKHR)
(XrInstance handle, XrSystemId system, VkInstance vulkan, VkPhysicalDevice *device)
{
    MOCK_ENTER("xrGetVulkanGraphicsDeviceKHR");
    (void)handle;
    (void)system;
    return get_device(vulkan, device);
}

MOCK_FUNCTION(xrGetVulkanGraphicsDevice2KHR)
(XrInstance handle, const XrVulkanGraphicsDeviceGetInfoKHR *info, VkPhysicalDevice *device)
{
    MOCK_ENTER("xrGetVulkanGraphicsDevice2KHR");
    (void)handle;
    if (info->type != XR_TYPE_VULKAN_GRAPHICS_DEVICE_GET_INFO_KHR)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrGetVulkanGraphicsDevice2KHR: wrong structure type");
    return get_device(info->vulkanInstance, device);
}

MOCK_FUNCTION(xrCreateVulkanInstanceKHR)
(XrInstance handle, const XrVulkanInstanceCreateInfoKHR *info, VkInstance *vulkan, VkResult *vulkan_result)
{
    struct mock_instance *instance;
    PFN_vkCreateInstance create;

    MOCK_ENTER("xrCreateVulkanInstanceKHR");
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateVulkanInstanceKHR: unknown instance");
    if (info->type != XR_TYPE_VULKAN_INSTANCE_CREATE_INFO_KHR)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateVulkanInstanceKHR: wrong structure type");
    create = (PFN_vkCreateInstance)info->pfnGetInstanceProcAddr(VK_NULL_HANDLE, "vkCreateInstance");
    *vulkan_result = create(info->vulkanCreateInfo, info->vulkanAllocator, vulkan);
    return XR_SUCCESS;
}

static char device_extensions[1024]; // of the latest device, each between spaces

bool mock_has_device_extension(const char *name)
{
    char word[VK_MAX_EXTENSION_NAME_SIZE + 2];

    snprintf(word, sizeof word, " %s ", name);
    return strstr(device_extensions, word) != NULL;
}

static void note_extensions(const VkDeviceCreateInfo *info)
{
    size_t used = (size_t)snprintf(device_extensions, sizeof device_extensions, " ");

    for (uint32_t i = 0; i < info->enabledExtensionCount && used < sizeof device_extensions; i++)
        used += (size_t)snprintf(device_extensions + used, sizeof device_extensions - used, "%s ",
                                 info->ppEnabledExtensionNames[i]);
}

MOCK_FUNCTION(xrCreateVulkanDeviceKHR)
(XrInstance handle, const XrVulkanDeviceCreateInfoKHR *info, VkDevice *device, VkResult *vulkan_result)
{
    MOCK_ENTER("xrCreateVulkanDeviceKHR");
    if (MOCK_FIND(mock_instance, MOCK_INSTANCE, handle) == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrCreateVulkanDeviceKHR: unknown instance");
    if (info->type != XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR)
        return mock_violation(XR_ERROR_VALIDATION_FAILURE, "xrCreateVulkanDeviceKHR: wrong structure type");
    note_extensions(info->vulkanCreateInfo);
    if (mock_settings.refuse_extensions && info->vulkanCreateInfo->enabledExtensionCount > 0) {
        *vulkan_result = VK_ERROR_EXTENSION_NOT_PRESENT;
        return XR_SUCCESS;
    }
    const PFN_vkCreateDevice create =
        mock_settings.create_device != NULL ? mock_settings.create_device : vkCreateDevice;
    *vulkan_result = create(info->vulkanPhysicalDevice, info->vulkanCreateInfo, info->vulkanAllocator, device);
    return XR_SUCCESS;
}
