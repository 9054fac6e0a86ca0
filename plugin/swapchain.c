// SPDX-License-Identifier: Apache-2.0
// Swapchains of the app: creation with an added usage, bookkeeping of the images that the app holds, capture at
// release.
#include "swapchain.h"

#include <stdlib.h>

#include "artem/log.h"
#include "handles.h"
#include "session.h"
#include "styler.h"

static struct handle_map swapchains = HANDLE_MAP_INIT;

struct layer_swapchain *layer_swapchain_find(XrSwapchain swapchain)
{
    return handle_map_get(&swapchains, HANDLE_KEY(swapchain));
}

static bool is_chained(const void *chain, XrStructureType type)
{
    const XrBaseInStructure *next = chain;

    while (next != NULL && next->type != type)
        next = next->next;
    return next != NULL;
}

// Why images of such a swapchain cannot be styled, NULL if they can.
static const char *find_obstacle(const struct layer_session *session, const XrSwapchainCreateInfo *info)
{
    switch (info->format) {
    case VK_FORMAT_R8G8B8A8_SRGB:
    case VK_FORMAT_R8G8B8A8_UNORM:
    case VK_FORMAT_B8G8R8A8_SRGB:
    case VK_FORMAT_B8G8R8A8_UNORM:
        break;
    default:
        return "its format is not 8-bit RGBA or BGRA";
    }
    if ((info->createFlags & XR_SWAPCHAIN_CREATE_PROTECTED_CONTENT_BIT) != 0)
        return "it holds protected content";
    if (is_chained(info->next, XR_TYPE_SWAPCHAIN_CREATE_INFO_FOVEATION_FB))
        return "it is foveated"; // such images may be subsampled, which a copy cannot follow
    if (info->faceCount != 1)
        return "it is a cube map";
    if (info->arraySize != 1)
        return "it has several array slices";
    if (info->sampleCount != 1)
        return "it is multisampled";
    if (info->width > session->device->max_image_side || info->height > session->device->max_image_side)
        return "it is too large";
    return NULL;
}

static struct layer_swapchain *track(struct layer_session *session, XrSwapchain handle,
                                     const XrSwapchainCreateInfo *info, const char *obstacle)
{
    struct layer_swapchain *swapchain = calloc(1, sizeof *swapchain);

    if (swapchain == NULL)
        return NULL;
    swapchain->handle = handle;
    swapchain->session = session;
    swapchain->info = *info;
    swapchain->info.next = NULL;
    swapchain->is_static = (info->createFlags & XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT) != 0;
    swapchain->unsupported = obstacle;
    if (obstacle == NULL) {
        swapchain->images = layer_enumerate_images(&session->instance->next, handle, &swapchain->image_count);
        if (swapchain->images == NULL)
            swapchain->unsupported = "its images cannot be listed";
    }
    if (!handle_map_put(&swapchains, HANDLE_KEY(handle), swapchain)) {
        free(swapchain->images);
        free(swapchain);
        return NULL;
    }
    pthread_mutex_lock(&session->mutex);
    swapchain->sibling = session->swapchains;
    session->swapchains = swapchain;
    pthread_mutex_unlock(&session->mutex);
    return swapchain;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateSwapchain(XrSession handle, const XrSwapchainCreateInfo *info,
                                                       XrSwapchain *swapchain)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);
    XrSwapchainCreateInfo changed;
    const char *obstacle;
    XrResult result;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    if (session == NULL || session->device == NULL || info == NULL || swapchain == NULL)
        return instance->next.xrCreateSwapchain(handle, info, swapchain);

    changed = *info;
    obstacle = find_obstacle(session, info);
    if (obstacle == NULL)
        changed.usageFlags |= XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT;
    result = instance->next.xrCreateSwapchain(handle, &changed, swapchain);
    if (XR_FAILED(result) && changed.usageFlags != info->usageFlags) {
        // Whatever the reason: the app gets what it asked for, or the runtime's error for that.
        obstacle = "the runtime does not allow copies from it";
        result = instance->next.xrCreateSwapchain(handle, info, swapchain);
    }
    if (XR_SUCCEEDED(result))
        track(session, *swapchain, info, obstacle);
    return result;
}

void layer_swapchain_free(struct layer_swapchain *swapchain)
{
    if (swapchain->lent)
        styler_finish(swapchain->session->styler);
    handle_map_take(&swapchains, HANDLE_KEY(swapchain->handle));
    vk_target_destroy(&swapchain->target); // waits, so that nothing of ours uses any image after this
    own_swapchain_destroy(swapchain);
    free(swapchain->images);
    free(swapchain);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySwapchain(XrSwapchain handle)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = handle_map_take(&swapchains, HANDLE_KEY(handle));

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    if (swapchain != NULL) {
        struct layer_session *session = swapchain->session;
        struct layer_swapchain **link = &session->swapchains;

        pthread_mutex_lock(&session->mutex);
        while (*link != swapchain)
            link = &(*link)->sibling;
        *link = swapchain->sibling;
        pthread_mutex_unlock(&session->mutex);
        layer_swapchain_free(swapchain);
    }
    return instance->next.xrDestroySwapchain(handle);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrAcquireSwapchainImage(XrSwapchain handle,
                                                             const XrSwapchainImageAcquireInfo *info, uint32_t *index)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    XrResult result;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    result = instance->next.xrAcquireSwapchainImage(handle, info, index);
    if (XR_FAILED(result) || swapchain == NULL)
        return result;
    pthread_mutex_lock(&swapchain->session->mutex);
    // With XR_SESSION_LOSS_PENDING nobody knows whether there is an image.
    if (result == XR_SUCCESS && swapchain->held_count < SWAPCHAIN_HELD_MAX) {
        swapchain->held[swapchain->held_count].index = *index;
        swapchain->held[swapchain->held_count].waited = false;
        swapchain->held_count++;
    } else {
        swapchain->lost_track = true;
    }
    pthread_mutex_unlock(&swapchain->session->mutex);
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrWaitSwapchainImage(XrSwapchain handle, const XrSwapchainImageWaitInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    XrResult result;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    result = instance->next.xrWaitSwapchainImage(handle, info);
    // A time-out and a pending loss are successes too, but the image is not the app's then.
    if (result != XR_SUCCESS || swapchain == NULL)
        return result;
    pthread_mutex_lock(&swapchain->session->mutex);
    for (uint32_t i = 0; i < swapchain->held_count; i++) {
        if (!swapchain->held[i].waited) {
            swapchain->held[i].waited = true;
            break;
        }
    }
    pthread_mutex_unlock(&swapchain->session->mutex);
    return result;
}

static bool is_capture_due(const struct layer_swapchain *swapchain)
{
    if (swapchain->unsupported != NULL || swapchain->lost_track || swapchain->held_count == 0 ||
        !swapchain->held[0].waited || swapchain->held[0].index >= swapchain->image_count)
        return false;
    // Static images are released once, before any frame tells what they are for.
    return swapchain->is_static || (swapchain->in_projection && atomic_load(&swapchain->session->wants_capture));
}

// Copies the image that is about to be released into the target.
static void capture_locked(struct layer_swapchain *swapchain)
{
    struct layer_session *session = swapchain->session;
    const XrSwapchainCreateInfo *info = &swapchain->info;
    bool scale = !swapchain->lent && swapchain->rect.extent.width > 0;
    enum artem_result result;

    swapchain->captured = 0;
    swapchain->scaled = 0;
    if (swapchain->target == NULL && vk_target_create(session->device, info->width, info->height,
                                                      (VkFormat)info->format, &swapchain->target) != ARTEM_OK) {
        swapchain->unsupported = "the GPU has no memory for its copies";
        return;
    }
    result = vk_target_capture(swapchain->target, swapchain->images[swapchain->held[0].index],
                               scale ? &swapchain->rect : NULL);
    if (result != ARTEM_OK) {
        if (artem_log_once_in_a_while(&session->errors))
            artem_log(ARTEM_LOG_WARN, "a frame could not be captured (%s); it passes through unstyled",
                      artem_result_string(result));
        return;
    }
    swapchain->captured = swapchain->releases + 1;
    if (scale && swapchain->target->style_width > 0)
        swapchain->scaled = swapchain->captured;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrReleaseSwapchainImage(XrSwapchain handle,
                                                             const XrSwapchainImageReleaseInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    XrResult result;

    if (instance == NULL)
        return XR_ERROR_HANDLE_INVALID;
    if (swapchain == NULL)
        return instance->next.xrReleaseSwapchainImage(handle, info);
    // The only moment to copy: before, the app may still draw; after, the image is the runtime's.
    pthread_mutex_lock(&swapchain->session->mutex);
    if (is_capture_due(swapchain))
        capture_locked(swapchain);
    pthread_mutex_unlock(&swapchain->session->mutex);

    result = instance->next.xrReleaseSwapchainImage(handle, info);

    pthread_mutex_lock(&swapchain->session->mutex);
    if (XR_SUCCEEDED(result)) {
        swapchain->releases++;
        if (swapchain->held_count > 0) {
            swapchain->held_count--;
            for (uint32_t i = 0; i < swapchain->held_count; i++)
                swapchain->held[i] = swapchain->held[i + 1];
        }
    } else {
        swapchain->captured = 0; // the target holds an image that was not released
    }
    pthread_mutex_unlock(&swapchain->session->mutex);
    return result;
}
