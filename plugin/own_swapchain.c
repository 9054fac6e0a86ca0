// SPDX-License-Identifier: Apache-2.0
// The layer's own swapchains, in which styled frames and panels reach the runtime.
#include "swapchain.h"

#include <stdlib.h>

#include "session.h"

static const XrDuration wait_ns = 1000000;

VkImage *layer_enumerate_images(const struct layer_next *next, XrSwapchain swapchain, uint32_t *out_count)
{
    XrSwapchainImageVulkanKHR *structs = NULL;
    VkImage *images = NULL;
    uint32_t count = 0;

    if (next->xrEnumerateSwapchainImages == NULL ||
        XR_FAILED(next->xrEnumerateSwapchainImages(swapchain, 0, &count, NULL)) || count == 0)
        return NULL;
    structs = calloc(count, sizeof *structs);
    images = calloc(count, sizeof(VkImage));
    if (structs == NULL || images == NULL)
        goto fail;
    for (uint32_t i = 0; i < count; i++)
        structs[i].type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR;
    if (XR_FAILED(next->xrEnumerateSwapchainImages(swapchain, count, &count, (XrSwapchainImageBaseHeader *)structs)))
        goto fail;
    for (uint32_t i = 0; i < count; i++)
        images[i] = structs[i].image;
    free(structs);
    *out_count = count;
    return images;

fail:
    free(structs);
    free(images);
    return NULL;
}

// All that is needed to fill and to destroy one.
static bool has_functions(const struct layer_next *next)
{
    return next->xrCreateSwapchain != NULL && next->xrDestroySwapchain != NULL &&
           next->xrAcquireSwapchainImage != NULL && next->xrWaitSwapchainImage != NULL &&
           next->xrReleaseSwapchainImage != NULL;
}

void own_swapchain_destroy(struct layer_session *session, struct own_swapchain *own)
{
    if (own->handle != XR_NULL_HANDLE)
        session->instance->next.xrDestroySwapchain(own->handle);
    free(own->images);
    *own = (struct own_swapchain){.failed = own->failed};
}

enum artem_result own_swapchain_create(struct layer_session *session, const XrSwapchainCreateInfo *info,
                                       struct own_swapchain *own)
{
    const struct layer_next *next = &session->instance->next;

    if (own->handle != XR_NULL_HANDLE)
        return ARTEM_OK;
    if (own->failed)
        return ARTEM_ERROR_UNSUPPORTED;
    own->failed = true;
    if (!has_functions(next) || XR_FAILED(next->xrCreateSwapchain(session->handle, info, &own->handle))) {
        own->handle = XR_NULL_HANDLE;
        return ARTEM_ERROR_UNSUPPORTED;
    }
    own->images = layer_enumerate_images(next, own->handle, &own->image_count);
    own->failed = own->images == NULL;
    if (own->failed)
        own_swapchain_destroy(session, own);
    return own->failed ? ARTEM_ERROR_UNSUPPORTED : ARTEM_OK;
}

enum artem_result own_swapchain_prepare(struct layer_swapchain *swapchain, unsigned plane)
{
    struct own_swapchain *own = &swapchain->own[plane];
    // Like the app's in all that the runtime shows; never static, so that a still image can be painted in another
    // style.
    XrSwapchainCreateInfo info = {
        .type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
        .usageFlags = OWN_SWAPCHAIN_USAGE,
        .format = swapchain->info.format,
        .sampleCount = 1,
        .width = swapchain->info.width,
        .height = swapchain->info.height,
        .faceCount = 1,
        .arraySize = swapchain->info.arraySize, // so that rects and slices of the app's views stay right
        .mipCount = 1,
    };

    if (own_swapchain_create(swapchain->session, &info, own) == ARTEM_OK)
        return ARTEM_OK;
    layer_session_tell(swapchain->session, NOTICE_OWN_SWAPCHAIN, NULL);
    return ARTEM_ERROR_UNSUPPORTED;
}

enum artem_result own_swapchain_acquire(struct layer_session *session, struct own_swapchain *own)
{
    const struct layer_next *next = &session->instance->next;
    const XrSwapchainImageWaitInfo wait_info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = wait_ns};
    XrResult result;

    if (!own->acquired) {
        if (XR_FAILED(next->xrAcquireSwapchainImage(own->handle, NULL, &own->index)))
            return ARTEM_ERROR_DEVICE;
        own->acquired = true;
        own->waited = false;
    }
    if (own->waited)
        return ARTEM_OK;
    result = next->xrWaitSwapchainImage(own->handle, &wait_info);
    if (result == XR_TIMEOUT_EXPIRED)
        return ARTEM_TIMEOUT;
    if (result != XR_SUCCESS || own->index >= own->image_count)
        return ARTEM_ERROR_DEVICE; // also XR_SESSION_LOSS_PENDING, a success that gives no image
    own->waited = true;
    return ARTEM_OK;
}

enum artem_result own_swapchain_release(struct layer_session *session, struct own_swapchain *own)
{
    if (XR_FAILED(session->instance->next.xrReleaseSwapchainImage(own->handle, NULL)))
        return ARTEM_ERROR_DEVICE;
    own->acquired = false;
    own->waited = false;
    own->serial++;
    return ARTEM_OK;
}

void own_swapchains_destroy(struct layer_swapchain *swapchain)
{
    for (unsigned plane = 0; plane < SWAPCHAIN_PLANES; plane++)
        own_swapchain_destroy(swapchain->session, &swapchain->own[plane]);
}
