// SPDX-License-Identifier: Apache-2.0
#include "xr_swapchain.h"
#include "log.h"
#include "vk_format.h"

bool xr_swapchain_create(XrInstance instance, XrSession session, const XrSwapchainCreateInfo *info,
                         struct xr_swapchain *out)
{
    XrSwapchainCreateInfo typed = *info;
    XrSwapchainImageVulkanKHR images[TARGET_MAX_IMAGES];
    *out = (struct xr_swapchain){.instance = instance};
    typed.type = XR_TYPE_SWAPCHAIN_CREATE_INFO;
    for (uint32_t i = 0; i < TARGET_MAX_IMAGES; i++)
        images[i] = (XrSwapchainImageVulkanKHR){.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR};
    if (!xr_ok(instance, xrCreateSwapchain(session, &typed, &out->handle), "xrCreateSwapchain") ||
        !xr_ok(instance,
               xrEnumerateSwapchainImages(out->handle, TARGET_MAX_IMAGES, &out->image_count,
                                          (XrSwapchainImageBaseHeader *)images),
               "xrEnumerateSwapchainImages"))
        return false;
    for (uint32_t i = 0; i < out->image_count; i++)
        out->images[i] = images[i].image;
    return true;
}

void xr_swapchain_destroy(struct xr_swapchain *swapchain)
{
    if (swapchain->handle != XR_NULL_HANDLE)
        xrDestroySwapchain(swapchain->handle);
    *swapchain = (struct xr_swapchain){0};
}

bool xr_swapchain_acquire(struct xr_swapchain *s)
{
    const XrSwapchainImageAcquireInfo acquire = {.type = XR_TYPE_SWAPCHAIN_IMAGE_ACQUIRE_INFO};
    const XrSwapchainImageWaitInfo wait = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = XR_INFINITE_DURATION};
    return xr_ok(s->instance, xrAcquireSwapchainImage(s->handle, &acquire, &s->current), "xrAcquireSwapchainImage") &&
           xr_ok(s->instance, xrWaitSwapchainImage(s->handle, &wait), "xrWaitSwapchainImage");
}

bool xr_swapchain_release(struct xr_swapchain *s)
{
    const XrSwapchainImageReleaseInfo release = {.type = XR_TYPE_SWAPCHAIN_IMAGE_RELEASE_INFO};
    return xr_ok(s->instance, xrReleaseSwapchainImage(s->handle, &release), "xrReleaseSwapchainImage");
}

static bool is_in(int64_t format, const int64_t *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == format)
            return true;
    return false;
}

bool xr_swapchain_formats(const struct xr_system *system, XrSession session, enum demo_format *out_color,
                          VkFormat *out_depth)
{
    static const VkFormat depths[] = {VK_FORMAT_D32_SFLOAT, VK_FORMAT_D16_UNORM, VK_FORMAT_D24_UNORM_S8_UINT,
                                      VK_FORMAT_D32_SFLOAT_S8_UINT};
    const struct demo_options *o = system->options;
    int64_t offered[128];
    uint32_t count = 0;
    int format = 0;
    if (!xr_ok(system->instance, xrEnumerateSwapchainFormats(session, 128, &count, offered),
               "xrEnumerateSwapchainFormats"))
        return false;
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (is_in(vk_format((enum demo_format)i), offered, count))
            demo_verbose("the runtime offers %s", options_format_name((enum demo_format)i));
    if (o->format_given)
        format = (int)o->format;
    else
        while (format < FORMAT_COUNT && !is_in(vk_format((enum demo_format)format), offered, count))
            format++;
    if (format == FORMAT_COUNT)
        return demo_refuse("the runtime offers none of the swapchain formats that this app knows");
    *out_color = (enum demo_format)format;
    if (!is_in(vk_format(*out_color), offered, count))
        return demo_refuse("--format: the runtime does not offer %s", options_format_name(*out_color));
    *out_depth = VK_FORMAT_UNDEFINED;
    for (size_t i = sizeof depths / sizeof *depths; i-- > 0;)
        if (is_in(depths[i], offered, count))
            *out_depth = depths[i];
    if (o->depth && *out_depth == VK_FORMAT_UNDEFINED)
        return demo_refuse("--depth: the runtime offers no depth format");
    return true;
}
