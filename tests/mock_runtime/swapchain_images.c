// SPDX-License-Identifier: Apache-2.0
// Images of swapchains. What the specification says about them is made to show: an image is in COLOR_ATTACHMENT_OPTIMAL
// only from acquire to release, so that whoever touches it afterwards is told off by Khronos' validation layer, and its
// contents are compared with those at release.
#include <stdlib.h>
#include <string.h>

#include "mock_internal.h"

static bool is_depth(const XrSwapchainCreateInfo *info)
{
    return info->format == VK_FORMAT_D32_SFLOAT || info->format == VK_FORMAT_D24_UNORM_S8_UINT;
}

static VkImageUsageFlags find_usage(const XrSwapchainCreateInfo *info)
{
    static const struct {
        XrSwapchainUsageFlags xr;
        VkImageUsageFlags vulkan;
    } usages[] = {
        {XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT},
        {XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT},
        {XR_SWAPCHAIN_USAGE_UNORDERED_ACCESS_BIT, VK_IMAGE_USAGE_STORAGE_BIT},
        {XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT, VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
        {XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT, VK_IMAGE_USAGE_TRANSFER_DST_BIT},
        {XR_SWAPCHAIN_USAGE_SAMPLED_BIT, VK_IMAGE_USAGE_SAMPLED_BIT},
    };
    // The runtime's own copies; that the app or a layer asked for theirs is not shown by this.
    VkImageUsageFlags usage = is_depth(info) ? 0 : VK_IMAGE_USAGE_TRANSFER_SRC_BIT;

    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        if ((info->usageFlags & usages[i].xr) != 0)
            usage |= usages[i].vulkan;
    }
    return usage | (is_depth(info) ? VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT : VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
}

static VkImageCreateFlags find_flags(const XrSwapchainCreateInfo *info)
{
    VkImageCreateFlags flags = info->faceCount == 6 ? VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT : 0;

    if ((info->usageFlags & XR_SWAPCHAIN_USAGE_MUTABLE_FORMAT_BIT) != 0)
        flags |= VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT;
    return flags;
}

XrResult mock_check_usage(struct mock_session *session, const XrSwapchainCreateInfo *info)
{
    VkImageFormatProperties properties;
    const XrBaseInStructure *next = info->next;

    if (vkGetPhysicalDeviceImageFormatProperties(session->gpu.physical, (VkFormat)info->format, VK_IMAGE_TYPE_2D,
                                                 VK_IMAGE_TILING_OPTIMAL, find_usage(info), find_flags(info),
                                                 &properties) != VK_SUCCESS ||
        (properties.sampleCounts & info->sampleCount) == 0 || info->mipCount > properties.maxMipLevels ||
        info->width > properties.maxExtent.width || info->height > properties.maxExtent.height)
        return XR_ERROR_FEATURE_UNSUPPORTED;
    while (next != NULL && next->type != XR_TYPE_VULKAN_SWAPCHAIN_FORMAT_LIST_CREATE_INFO_KHR)
        next = next->next;
    if (next != NULL) {
        const XrVulkanSwapchainFormatListCreateInfoKHR *list = (const XrVulkanSwapchainFormatListCreateInfoKHR *)next;

        if (list->viewFormatCount > 1 && (info->usageFlags & XR_SWAPCHAIN_USAGE_MUTABLE_FORMAT_BIT) == 0)
            return mock_violation(XR_ERROR_FEATURE_UNSUPPORTED, "xrCreateSwapchain: a format list without mutability");
    }
    return XR_SUCCESS;
}

bool mock_make_images(struct mock_swapchain *swapchain)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    bool depth = is_depth(info);

    for (unsigned i = 0; i < swapchain->image_count; i++) {
        struct mock_image *image = &swapchain->images[i];

        image->gpu = (struct mock_gpu_image){
            .format = (VkFormat)info->format,
            .width = info->width,
            .height = info->height,
            .layers = swapchain->slices,
            .samples = info->sampleCount,
            .aspects = depth ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT,
        };
        if (info->format == VK_FORMAT_D24_UNORM_S8_UINT)
            image->gpu.aspects |= VK_IMAGE_ASPECT_STENCIL_BIT;
        mock_gpu_create_image(&swapchain->session->gpu, &image->gpu, find_flags(info), find_usage(info),
                              info->mipCount);
        if (swapchain->slice_size > 0) {
            image->content = calloc(swapchain->slices, swapchain->slice_size);
            if (image->content == NULL)
                abort();
        }
    }
    return true;
}

void mock_free_images(struct mock_swapchain *swapchain)
{
    for (unsigned i = 0; i < swapchain->image_count; i++) {
        mock_gpu_destroy_image(&swapchain->session->gpu, &swapchain->images[i].gpu);
        free(swapchain->images[i].content);
    }
}

static VkImageLayout find_layout(const struct mock_swapchain *swapchain, bool released)
{
    if (is_depth(&swapchain->info))
        return VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL;
    return released ? VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL : VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
}

void mock_prepare_acquired(struct mock_swapchain *swapchain, unsigned index)
{
    struct mock_image *image = &swapchain->images[index];
    struct mock_gpu *gpu = &swapchain->session->gpu;
    VkImageLayout from = image->used ? find_layout(swapchain, true) : VK_IMAGE_LAYOUT_UNDEFINED;

    mock_gpu_barrier(mock_gpu_begin(gpu), &image->gpu, from, find_layout(swapchain, false));
    mock_gpu_finish(gpu);
    image->used = true;
    image->released = false;
}

static struct mock_gpu_copy copy_of(struct mock_swapchain *swapchain, unsigned index, bool released, uint8_t *data)
{
    return (struct mock_gpu_copy){
        .image = &swapchain->images[index].gpu,
        .layout = find_layout(swapchain, released),
        .data = data,
        .size = swapchain->slice_size * swapchain->slices,
    };
}

void mock_take_released(struct mock_swapchain *swapchain, unsigned index)
{
    struct mock_gpu *gpu = &swapchain->session->gpu;
    struct mock_gpu_copy copy = copy_of(swapchain, index, false, swapchain->images[index].content);

    swapchain->images[index].released = true;
    if (is_depth(&swapchain->info))
        return;
    if (swapchain->slice_size > 0) {
        mock_gpu_read(gpu, &copy, 1);
        return;
    }
    mock_gpu_barrier(mock_gpu_begin(gpu), copy.image, copy.layout, find_layout(swapchain, true));
    mock_gpu_finish(gpu);
}

static void check_some(struct mock_gpu *gpu, struct mock_gpu_copy *copies, const uint8_t **expected, unsigned count,
                       const char *when)
{
    mock_gpu_read(gpu, copies, count);
    for (unsigned i = 0; i < count; i++) {
        if (memcmp(copies[i].data, expected[i], copies[i].size) != 0)
            mock_violation(XR_SUCCESS, "%s: a released image was changed", when);
        free(copies[i].data);
    }
}

void mock_check_released(struct mock_session *session, struct mock_swapchain *only, const char *when)
{
    enum { BATCH = 32 };
    struct mock_gpu_copy copies[BATCH];
    const uint8_t *expected[BATCH];
    struct mock_swapchain *swapchain = NULL;
    unsigned count = 0;

    if (!mock_settings.pixels)
        return; // reading waits for the queue
    while ((swapchain = mock_object_next(swapchain, MOCK_SWAPCHAIN)) != NULL) {
        if (swapchain->session != session || swapchain->slice_size == 0 || (only != NULL && swapchain != only))
            continue;
        for (unsigned i = 0; i < swapchain->image_count; i++) {
            if (!swapchain->images[i].released)
                continue;
            expected[count] = swapchain->images[i].content;
            copies[count] = copy_of(swapchain, i, true, malloc(swapchain->slice_size * swapchain->slices));
            if (copies[count++].data == NULL)
                abort();
            if (count == BATCH) {
                check_some(&session->gpu, copies, expected, count, when);
                count = 0;
            }
        }
    }
    check_some(&session->gpu, copies, expected, count, when);
}
