// SPDX-License-Identifier: Apache-2.0
// Our formats in Vulkan's terms.
#ifndef ARTEM_DEMO_VK_FORMAT_H
#define ARTEM_DEMO_VK_FORMAT_H

#include <vulkan/vulkan.h>

#include "options.h"

static inline VkFormat vk_format(enum demo_format format)
{
    switch (format) {
    case FORMAT_RGBA8_SRGB:
        return VK_FORMAT_R8G8B8A8_SRGB;
    case FORMAT_BGRA8_SRGB:
        return VK_FORMAT_B8G8R8A8_SRGB;
    case FORMAT_RGBA8_UNORM:
        return VK_FORMAT_R8G8B8A8_UNORM;
    case FORMAT_BGRA8_UNORM:
        return VK_FORMAT_B8G8R8A8_UNORM;
    case FORMAT_RGBA16_UNORM:
        return VK_FORMAT_R16G16B16A16_UNORM;
    case FORMAT_RGBA16F:
        return VK_FORMAT_R16G16B16A16_SFLOAT;
    case FORMAT_A2B10G10R10:
        return VK_FORMAT_A2B10G10R10_UNORM_PACK32;
    case FORMAT_COUNT:
        break;
    }
    return VK_FORMAT_UNDEFINED;
}

#endif
