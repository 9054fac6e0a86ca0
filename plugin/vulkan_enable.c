// SPDX-License-Identifier: Apache-2.0
// The app's Vulkan as XR_KHR_vulkan_enable2 makes it: remembers where its functions are, and enables what the network's
// shaders are faster with.
#include <stdlib.h>
#include <string.h>

#include "layer.h"
#include "vk_shaders.h"

static uint32_t version_of(const VkInstanceCreateInfo *info)
{
    // 0 means 1.0, says the specification.
    return info != NULL && info->pApplicationInfo != NULL ? info->pApplicationInfo->apiVersion : 0;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanInstanceKHR(XrInstance handle,
                                                               const XrVulkanInstanceCreateInfoKHR *info,
                                                               VkInstance *vulkan_instance, VkResult *vulkan_result)
{
    struct layer_instance *instance = layer_active();
    struct layer_vulkan_origin *origin;
    XrResult result;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    result = instance->next.xrCreateVulkanInstanceKHR(handle, info, vulkan_instance, vulkan_result);
    if (XR_FAILED(result) || vulkan_result == NULL || *vulkan_result != VK_SUCCESS || info == NULL ||
        vulkan_instance == NULL)
        return result;
    origin = malloc(sizeof *origin);
    if (origin == NULL)
        return result; // the system's libvulkan will do
    pthread_mutex_lock(&instance->mutex);
    *origin = (struct layer_vulkan_origin){
        .instance = *vulkan_instance,
        .version = version_of(info->vulkanCreateInfo),
        .get_instance_proc_addr = info->pfnGetInstanceProcAddr,
        .next = instance->origins,
    };
    instance->origins = origin;
    pthread_mutex_unlock(&instance->mutex);
    return result;
}

PFN_vkGetInstanceProcAddr layer_find_vulkan(struct layer_instance *instance, VkInstance vulkan_instance)
{
    PFN_vkGetInstanceProcAddr found = NULL;

    pthread_mutex_lock(&instance->mutex);
    for (const struct layer_vulkan_origin *origin = instance->origins; origin != NULL && found == NULL;
         origin = origin->next) {
        if (origin->instance == vulkan_instance)
            found = origin->get_instance_proc_addr;
    }
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
    while (instance->dot_devices != NULL) {
        struct layer_dot_device *device = instance->dot_devices;

        instance->dot_devices = device->next;
        free(device);
    }
}

// ---- Devices ----

// What the app's own structures say of the feature.
enum wish { WISH_NONE, WISH_OFF, WISH_ON };

static enum wish find_wish(const VkDeviceCreateInfo *info)
{
    for (const VkBaseInStructure *next = info->pNext; next != NULL; next = next->pNext) {
        VkBool32 on;

        if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES)
            on = ((const VkPhysicalDeviceVulkan13Features *)next)->shaderIntegerDotProduct;
        else if (next->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR)
            on = ((const VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR *)next)->shaderIntegerDotProduct;
        else
            continue;
        return on ? WISH_ON : WISH_OFF;
    }
    return WISH_NONE;
}

static bool is_listed(const VkDeviceCreateInfo *info, const char *extension)
{
    for (uint32_t i = 0; i < info->enabledExtensionCount; i++)
        if (strcmp(info->ppEnabledExtensionNames[i], extension) == 0)
            return true;
    return false;
}

// Whether it is worth asking for. The device's instance is not named; apps have one.
static bool is_worth_asking(struct layer_instance *instance, const XrVulkanDeviceCreateInfoKHR *info)
{
    struct layer_vulkan_origin origin = {0};
    struct artem_settings settings;

    artem_config_get(instance->config, &settings);
    if (!settings.enabled || strcmp(settings.backend, "cpu") == 0)
        return false;
    pthread_mutex_lock(&instance->mutex);
    if (instance->origins != NULL && instance->origins->next == NULL)
        origin = *instance->origins;
    pthread_mutex_unlock(&instance->mutex);
    return origin.get_instance_proc_addr != NULL &&
           vulkan_wants_dot(origin.get_instance_proc_addr, origin.instance, origin.version, info->vulkanPhysicalDevice);
}

// With the extension and its feature; false if that did not work, and nothing has been made.
static bool create_with_dot(struct layer_instance *instance, const XrVulkanDeviceCreateInfoKHR *info, VkDevice *device,
                            VkResult *vulkan_result, XrResult *out_result)
{
    static const char name[] = VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME;
    const VkDeviceCreateInfo *old = info->vulkanCreateInfo;
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR,
        .pNext = (void *)old->pNext,
        .shaderIntegerDotProduct = VK_TRUE,
    };
    VkDeviceCreateInfo changed = *old;
    XrVulkanDeviceCreateInfoKHR changed_info = *info;
    const char **names = calloc((size_t)old->enabledExtensionCount + 1, sizeof *names);

    if (names == NULL)
        return false;
    for (uint32_t i = 0; i < old->enabledExtensionCount; i++)
        names[i] = old->ppEnabledExtensionNames[i];
    if (!is_listed(old, name))
        names[changed.enabledExtensionCount++] = name;
    changed.ppEnabledExtensionNames = names;
    changed.pNext = &features;
    changed_info.vulkanCreateInfo = &changed;
    *out_result = instance->next.xrCreateVulkanDeviceKHR(instance->handle, &changed_info, device, vulkan_result);
    free((void *)names);
    return XR_SUCCEEDED(*out_result) && *vulkan_result == VK_SUCCESS;
}

static void remember_dot(struct layer_instance *instance, VkDevice handle, bool dot)
{
    struct layer_dot_device **link, *device = NULL;

    pthread_mutex_lock(&instance->mutex);
    // A device that was destroyed may have had the same handle.
    for (link = &instance->dot_devices; *link != NULL && device == NULL;) {
        if ((*link)->handle == handle) {
            device = *link;
            *link = device->next;
        } else {
            link = &(*link)->next;
        }
    }
    free(device);
    device = dot ? malloc(sizeof *device) : NULL;
    if (device != NULL) {
        *device = (struct layer_dot_device){handle, instance->dot_devices};
        instance->dot_devices = device;
    }
    pthread_mutex_unlock(&instance->mutex);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateVulkanDeviceKHR(XrInstance handle, const XrVulkanDeviceCreateInfoKHR *info,
                                                             VkDevice *device, VkResult *vulkan_result)
{
    struct layer_instance *instance = layer_active();
    XrResult result;
    bool dot = false;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    if (info == NULL || info->vulkanCreateInfo == NULL || device == NULL || vulkan_result == NULL)
        return instance->next.xrCreateVulkanDeviceKHR(handle, info, device, vulkan_result);
    const enum wish wish = find_wish(info->vulkanCreateInfo);
    if (wish == WISH_NONE && is_worth_asking(instance, info))
        dot = create_with_dot(instance, info, device, vulkan_result, &result);
    if (!dot) // whatever the reason, the app gets what it asked for, or the error for that
        result = instance->next.xrCreateVulkanDeviceKHR(handle, info, device, vulkan_result);
    if (XR_SUCCEEDED(result) && *vulkan_result == VK_SUCCESS)
        remember_dot(instance, *device, dot || wish == WISH_ON);
    return result;
}

void layer_forget_device(struct layer_instance *instance, VkDevice handle)
{
    remember_dot(instance, handle, false);
}

bool layer_device_has_dot(struct layer_instance *instance, VkDevice handle)
{
    bool found = false;

    pthread_mutex_lock(&instance->mutex);
    for (const struct layer_dot_device *device = instance->dot_devices; device != NULL && !found; device = device->next)
        found = device->handle == handle;
    pthread_mutex_unlock(&instance->mutex);
    return found;
}
