// SPDX-License-Identifier: Apache-2.0
// Integer dot products: whether they pay on a device.
#include <string.h>

#include "artem/file.h"
#include "artem_vk/device.h"

bool vulkan_wants_dot(PFN_vkGetInstanceProcAddr get, VkInstance instance, uint32_t version, VkPhysicalDevice physical)
{
    VkPhysicalDeviceShaderIntegerDotProductFeaturesKHR features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES_KHR};
    VkPhysicalDeviceFeatures2 features2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features};
    VkPhysicalDeviceShaderIntegerDotProductPropertiesKHR products = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_PROPERTIES_KHR};
    VkPhysicalDeviceProperties2 properties2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                               .pNext = &products};
    const PFN_vkGetPhysicalDeviceFeatures2 get_features =
        (PFN_vkGetPhysicalDeviceFeatures2)get(instance, "vkGetPhysicalDeviceFeatures2");
    const PFN_vkGetPhysicalDeviceProperties get_old =
        (PFN_vkGetPhysicalDeviceProperties)get(instance, "vkGetPhysicalDeviceProperties");
    const PFN_vkGetPhysicalDeviceProperties2 get_properties =
        (PFN_vkGetPhysicalDeviceProperties2)get(instance, "vkGetPhysicalDeviceProperties2");
    const char *wish = artem_user_env("ARTEM_VULKAN_DOT");
    VkPhysicalDeviceProperties old;

    if (version < VK_API_VERSION_1_1 || get_features == NULL || get_old == NULL || get_properties == NULL)
        return false;
    get_old(physical, &old);
    if (old.apiVersion < VK_API_VERSION_1_1 ||
        !vulkan_has_extension(get, instance, physical, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME))
        return false;
    get_features(physical, &features2);
    get_properties(physical, &properties2);
    if (wish != NULL)
        return features.shaderIntegerDotProduct && strcmp(wish, "on") == 0;
    return features.shaderIntegerDotProduct && products.integerDotProduct4x8BitPackedMixedSignednessAccelerated;
}
