// SPDX-License-Identifier: Apache-2.0
// Integer dot products: whether they pay on a device.
#include <string.h>

#include "artem/file.h"
#include "artem_vk/device.h"

const char *vulkan_dot_text(enum vulkan_dot dot)
{
    static const char *const texts[] = {[VULKAN_DOT_NONE] = "",
                                        [VULKAN_DOT_MIXED] = ", with integer dot products",
                                        [VULKAN_DOT_SIGNED] = ", with signed integer dot products"};

    return texts[dot];
}

enum vulkan_dot vulkan_find_dot(PFN_vkGetInstanceProcAddr get, VkInstance instance, VkPhysicalDevice physical)
{
    VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR products = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR};
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                              .pNext = &products};
    const char *wish = artem_user_env("ARTEM_VULKAN_DOT");
    PFN_vkGetPhysicalDeviceProperties2 get_properties =
        (PFN_vkGetPhysicalDeviceProperties2)get(instance, "vkGetPhysicalDeviceProperties2");

    if (get_properties == NULL) // of an instance of Vulkan 1.0 with the extension
        get_properties = (PFN_vkGetPhysicalDeviceProperties2)get(instance, "vkGetPhysicalDeviceProperties2KHR");
    if (wish != NULL && strcmp(wish, "on") == 0)
        return VULKAN_DOT_MIXED;
    if (wish != NULL && strcmp(wish, "signed") == 0)
        return VULKAN_DOT_SIGNED;
    if (wish != NULL || get_properties == NULL)
        return VULKAN_DOT_NONE;
    get_properties(physical, &properties);
    if (products.integerDotProduct4x8BitPackedMixedSignednessAccelerated)
        return VULKAN_DOT_MIXED;
    return products.integerDotProduct4x8BitPackedSignedAccelerated ? VULKAN_DOT_SIGNED : VULKAN_DOT_NONE;
}

bool vulkan_wants_dot(PFN_vkGetInstanceProcAddr get, VkInstance instance, uint32_t version, VkPhysicalDevice physical)
{
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR};
    VkPhysicalDeviceFeatures2 features2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features};
    const PFN_vkGetPhysicalDeviceFeatures2 get_features =
        (PFN_vkGetPhysicalDeviceFeatures2)get(instance, "vkGetPhysicalDeviceFeatures2");
    const PFN_vkGetPhysicalDeviceProperties get_old =
        (PFN_vkGetPhysicalDeviceProperties)get(instance, "vkGetPhysicalDeviceProperties");
    VkPhysicalDeviceProperties old;

    if (version < VK_API_VERSION_1_1 || get_features == NULL || get_old == NULL)
        return false;
    get_old(physical, &old);
    if (old.apiVersion < VK_API_VERSION_1_1 ||
        !vulkan_has_extension(get, instance, physical, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME))
        return false;
    get_features(physical, &features2);
    return features.shaderIntegerDotProduct && vulkan_find_dot(get, instance, physical) != VULKAN_DOT_NONE;
}
