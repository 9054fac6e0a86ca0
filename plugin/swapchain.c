// SPDX-License-Identifier: Apache-2.0
// Swapchains of the app: creation with an added usage, bookkeeping of the images that the app holds, capture at
// release, or, with late_capture, when the frame ends or the swapchain is used again.
#include "swapchain.h"

#include <stdlib.h>

#include "artem/log.h"
#include "frame_deferred.h"
#include "handles.h"
#include "session.h"

static struct handle_map swapchains = HANDLE_MAP_INIT;

struct layer_swapchain *layer_swapchain_find(XrSwapchain swapchain)
{
    return handle_map_get(&swapchains, HANDLE_KEY(swapchain));
}

// Images in which one texel stands for several pixels, which a copy cannot follow.
static bool is_subsampled(const XrSwapchainCreateInfo *info)
{
    if (layer_find_chained(info->next, XR_TYPE_SWAPCHAIN_CREATE_INFO_FOVEATION_FB) != NULL)
        return true;
#ifdef XR_META_vulkan_swapchain_create_info
    for (const XrBaseInStructure *next = info->next; next != NULL; next = next->next) {
        if (next->type == XR_TYPE_VULKAN_SWAPCHAIN_CREATE_INFO_META &&
            (((const XrVulkanSwapchainCreateInfoMETA *)next)->additionalCreateFlags &
             VK_IMAGE_CREATE_SUBSAMPLED_BIT_EXT) != 0)
            return true;
    }
#endif
    return false;
}

// Why images of such a swapchain cannot be styled, NULL if they can.
static const char *find_obstacle(const struct layer_session *session, const XrSwapchainCreateInfo *info)
{
    const struct vulkan_device *device = session->device;
    enum artem_pixel_format pixels;

    const VkFormat format = layer_session_format(session, info->format);

    if (!vk_find_format(format, &pixels))
        return "its format is not among those that can be painted";
    if ((info->createFlags & XR_SWAPCHAIN_CREATE_PROTECTED_CONTENT_BIT) != 0)
        return "it holds protected content";
    if (is_subsampled(info))
        return "it is foveated";
    if (info->faceCount != 1)
        return "it is a cube map";
    if (info->sampleCount > 1 && !device->has_graphics)
        return "it is multisampled, which the app's queue cannot resolve";
    if (info->sampleCount > 1 && session->gl != NULL)
        return "it is multisampled, and of OpenGL";
    if (info->width > device->max_image_side || info->height > device->max_image_side ||
        (uint64_t)info->width * info->height * artem_pixel_size(pixels) > device->max_buffer_range)
        return "it is too large";
    if (session->gl != NULL && !gl_can_share(session->gl, format))
        return "the GPU's Vulkan cannot share images of its format";
    return NULL;
}

// Pipelines are made now, while the app is loading, and not with its first frame; without the session's mutex, so that
// frames go on meanwhile.
static const char *prepare_pipelines(struct layer_session *session, const XrSwapchainCreateInfo *info)
{
    enum artem_pixel_format pixels;
    enum artem_result result = ARTEM_ERROR_UNSUPPORTED;

    if (vk_find_format(layer_session_format(session, info->format), &pixels))
        result = vk_shaders_prepare(session->shaders, pixels);
    return result == ARTEM_OK ? NULL : "the GPU does not take the shaders";
}

// Apps make their swapchains anew when the resolution changes: the first frame of the new ones is to be painted too.
static bool is_like(const XrSwapchainCreateInfo *info, const XrSwapchainCreateInfo *projected)
{
    const uint64_t area = (uint64_t)info->width * info->height;
    const uint64_t projected_area = (uint64_t)projected->width * projected->height;
    enum { TIMES = 4 };

    return info->format == projected->format && info->arraySize == projected->arraySize &&
           info->sampleCount == projected->sampleCount && area <= TIMES * projected_area &&
           projected_area <= TIMES * area;
}

void layer_swapchain_note_projection(struct layer_swapchain *swapchain)
{
    swapchain->in_projection = true;
    swapchain->session->projected = swapchain->info;
}

void layer_swapchains_note_others(struct layer_session *session)
{
    for (struct layer_swapchain *s = session->swapchains; s != NULL; s = s->sibling) {
        if (s->in_projection || s->is_static)
            continue;
        if (s->captured != 0)
            s->is_likely = false;
        if (!s->is_likely && s->target != NULL && vk_target_is_done(s->target)) {
            s->captured = 0;
            layer_swapchain_free_target(s);
        }
    }
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
        swapchain->images = layer_enumerate_images(session, handle, &swapchain->image_count);
        if (swapchain->images == NULL)
            swapchain->unsupported = "its images cannot be listed";
    }
    if (!handle_map_put(&swapchains, HANDLE_KEY(handle), swapchain)) {
        free(swapchain->images);
        free(swapchain);
        return NULL;
    }
    pthread_mutex_lock(&session->mutex);
    swapchain->is_likely = is_like(info, &session->projected);
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

    LAYER_CHECK_NEXT(instance, xrCreateSwapchain);
    if (session == NULL || session->device == NULL || info == NULL || swapchain == NULL)
        return instance->next.xrCreateSwapchain(handle, info, swapchain);

    changed = *info;
    obstacle = find_obstacle(session, info);
    if (obstacle == NULL)
        obstacle = prepare_pipelines(session, info);
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
    handle_map_take(&swapchains, HANDLE_KEY(swapchain->handle));
    layer_swapchain_end(swapchain);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySwapchain(XrSwapchain handle)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain;

    LAYER_CHECK_NEXT(instance, xrDestroySwapchain);
    swapchain = handle_map_take(&swapchains, HANDLE_KEY(handle));
    if (swapchain != NULL) {
        struct layer_session *session = swapchain->session;
        struct layer_swapchain **link = &session->swapchains;

        pthread_mutex_lock(&session->mutex);
        while (*link != swapchain)
            link = &(*link)->sibling;
        *link = swapchain->sibling;
        frame_deferred_forget(session, swapchain);
        pthread_mutex_unlock(&session->mutex);
        layer_swapchain_end(swapchain);
    }
    return instance->next.xrDestroySwapchain(handle);
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrWaitSwapchainImage(XrSwapchain handle, const XrSwapchainImageWaitInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrWaitSwapchainImage);
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
    // Static images are released once, before any frame tells what they are for, and before styling may be switched on.
    if (swapchain->is_static)
        return !atomic_load(&swapchain->session->off);
    return (swapchain->in_projection || swapchain->is_likely) && atomic_load(&swapchain->session->wants_capture);
}

// The pictures that the latest frame showed: the next one is likely to show them again, so they are scaled in advance.
static unsigned find_likely_pictures(const struct layer_swapchain *swapchain)
{
    uint64_t latest = 0;
    unsigned pictures = 0;

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++)
        latest = swapchain->pictures[i].used > latest ? swapchain->pictures[i].used : latest;
    for (unsigned i = 0; i < VK_TARGET_PICTURES && latest > 0; i++) {
        const struct swapchain_picture *picture = &swapchain->pictures[i];

        if (picture->used == latest && !picture->lent && swapchain->target->pictures[i].info.style_width > 0)
            pictures |= 1u << i;
    }
    return pictures;
}

// What the app has drawn, to where Vulkan sees it.
static enum artem_result bring_from_gl(struct layer_swapchain *swapchain, uint32_t texture,
                                       struct vk_surface *out_surface)
{
    enum artem_result result = ARTEM_OK;

    if (swapchain->shared == NULL)
        result = gl_image_create(swapchain->session->gl, &swapchain->info, &swapchain->shared);
    if (result == ARTEM_OK)
        result = gl_image_fill(swapchain->shared, swapchain->target, texture);
    if (result == ARTEM_OK)
        *out_surface = gl_image_surface(swapchain->shared);
    return result;
}

// Copies the image that is about to be released into the target.
static void capture_locked(struct layer_swapchain *swapchain)
{
    struct layer_session *session = swapchain->session;
    const struct vk_target_info target_info = {
        .width = swapchain->info.width,
        .height = swapchain->info.height,
        .slices = swapchain->info.arraySize,
        .samples = swapchain->info.sampleCount,
        .format = layer_session_format(session, swapchain->info.format),
        .bottom_up = session->gl != NULL,
    };
    const union layer_image image = swapchain->images[swapchain->held[0].index];
    struct vk_surface surface = {.image = image.vulkan};
    enum artem_result result = ARTEM_OK;
    unsigned pictures;

    swapchain->captured = 0;
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++)
        swapchain->pictures[i].scaled = 0;
    if (swapchain->target == NULL && vk_target_create(session->shaders, &target_info, &swapchain->target) != ARTEM_OK) {
        swapchain->unsupported = "the GPU has no memory for its copies";
        return;
    }
    if (session->gl != NULL)
        result = bring_from_gl(swapchain, image.texture, &surface);
    pictures = find_likely_pictures(swapchain);
    if (result == ARTEM_OK)
        result = vk_target_capture(swapchain->target, &surface, pictures);
    if (result == ARTEM_OK && session->gl != NULL)
        gl_image_note_turn(swapchain->shared);
    if (result == ARTEM_ERROR_UNSUPPORTED)
        swapchain->unsupported = "OpenGL and Vulkan cannot share its images";
    if (result != ARTEM_OK) {
        if (artem_log_once_in_a_while(&session->errors))
            artem_log(ARTEM_LOG_WARN, "a frame could not be captured (%s); it passes through unstyled",
                      artem_result_string(result));
        return;
    }
    swapchain->captured = swapchain->releases + 1;
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        if ((pictures >> i & 1) != 0)
            swapchain->pictures[i].scaled = swapchain->captured;
    }
}

static void note_release_locked(struct layer_swapchain *swapchain, XrResult result)
{
    if (XR_FAILED(result)) {
        if (swapchain->captured == swapchain->releases + 1)
            swapchain->captured = 0; // the target holds an image that was not released
        return;
    }
    swapchain->releases++;
    swapchain->released_ns = layer_now_ns();
    if (swapchain->held_count > 0) {
        swapchain->held_count--;
        for (uint32_t i = 0; i < swapchain->held_count; i++)
            swapchain->held[i] = swapchain->held[i + 1];
    }
}

// With the mutex, by which the swapchain stays alive.
static void settle_locked(struct layer_swapchain *swapchain)
{
    const XrSwapchainImageReleaseInfo info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_RELEASE_INFO};
    XrResult result;

    if (!swapchain->owed)
        return;
    swapchain->owed = false;
    if (is_capture_due(swapchain))
        capture_locked(swapchain);
    result = swapchain->session->instance->next.xrReleaseSwapchainImage(swapchain->handle, &info);
    note_release_locked(swapchain, result);
    if (XR_FAILED(result) && artem_log_once_in_a_while(&swapchain->session->errors))
        artem_log(ARTEM_LOG_WARN, "the runtime refused an image that was released late");
}

void layer_swapchains_settle(struct layer_session *session)
{
    pthread_mutex_lock(&session->mutex);
    for (struct layer_swapchain *swapchain = session->swapchains; swapchain != NULL; swapchain = swapchain->sibling)
        settle_locked(swapchain);
    pthread_mutex_unlock(&session->mutex);
}

// An app's release that says nothing but itself, of its only image. Direct3D's apps draw with Vulkan in the end.
static bool can_owe(const struct layer_swapchain *swapchain, const XrSwapchainImageReleaseInfo *info)
{
    return swapchain->session->gl == NULL && atomic_load(&swapchain->session->late_capture) &&
           swapchain->held_count == 1 && is_capture_due(swapchain) &&
           (info == NULL || (info->type == XR_TYPE_SWAPCHAIN_IMAGE_RELEASE_INFO && info->next == NULL));
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrReleaseSwapchainImage(XrSwapchain handle,
                                                             const XrSwapchainImageReleaseInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    uint64_t begin;
    XrResult result;
    bool owed;

    LAYER_CHECK_NEXT(instance, xrReleaseSwapchainImage);
    if (swapchain == NULL)
        return instance->next.xrReleaseSwapchainImage(handle, info);
    // The only moment to copy: before, the app may still draw; after, the image is the runtime's.
    begin = layer_now_ns();
    pthread_mutex_lock(&swapchain->session->mutex);
    settle_locked(swapchain);
    owed = swapchain->owed = can_owe(swapchain, info);
    if (!owed && is_capture_due(swapchain))
        capture_locked(swapchain);
    pthread_mutex_unlock(&swapchain->session->mutex);
    atomic_fetch_add(&swapchain->session->release_ns, layer_now_ns() - begin);
    if (owed)
        return XR_SUCCESS;

    result = instance->next.xrReleaseSwapchainImage(handle, info);

    pthread_mutex_lock(&swapchain->session->mutex);
    note_release_locked(swapchain, result);
    pthread_mutex_unlock(&swapchain->session->mutex);
    return result;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrAcquireSwapchainImage(XrSwapchain handle,
                                                             const XrSwapchainImageAcquireInfo *info, uint32_t *index)
{
    struct layer_instance *instance = layer_active();
    struct layer_swapchain *swapchain = layer_swapchain_find(handle);
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrAcquireSwapchainImage);
    if (swapchain != NULL) {
        pthread_mutex_lock(&swapchain->session->mutex);
        settle_locked(swapchain);
        pthread_mutex_unlock(&swapchain->session->mutex);
    }
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
