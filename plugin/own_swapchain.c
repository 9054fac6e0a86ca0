// SPDX-License-Identifier: Apache-2.0
// The layer's own swapchains, in which styled frames and panels reach the runtime.
#include "swapchain.h"

#include <assert.h>
#include <stdlib.h>

#include "session.h"

union layer_image_info {
    XrSwapchainImageBaseHeader base;
    XrSwapchainImageVulkanKHR vulkan;
    XrSwapchainImageOpenGLKHR gl;
    XrSwapchainImageOpenGLESKHR gles;
};

static const XrDuration wait_ns = 1000000;

// The runtime sees an array of one of the three.
static_assert(sizeof(XrSwapchainImageVulkanKHR) == sizeof(union layer_image_info) &&
                  sizeof(XrSwapchainImageOpenGLKHR) == sizeof(union layer_image_info) &&
                  sizeof(XrSwapchainImageOpenGLESKHR) == sizeof(union layer_image_info),
              "structures of images differ in size");

// *count: of `infos`, and then of the images, which may be fewer.
static union layer_image *list_images(const struct layer_session *session, XrSwapchain swapchain, uint32_t *count,
                                      union layer_image_info *infos)
{
    const struct layer_next *next = &session->instance->next;
    const struct gl_share *gl = session->gl;
    union layer_image *images;

    for (uint32_t i = 0; i < *count; i++)
        infos[i].base.type = gl == NULL           ? XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR
                             : gl->context->is_es ? XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_ES_KHR
                                                  : XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_KHR;
    if (XR_FAILED(next->xrEnumerateSwapchainImages(swapchain, *count, count, &infos->base)))
        return NULL;
    images = calloc(*count, sizeof *images);
    for (uint32_t i = 0; i < *count && images != NULL; i++) {
        if (gl == NULL)
            images[i].vulkan = infos[i].vulkan.image;
        else
            images[i].texture = gl->context->is_es ? infos[i].gles.image : infos[i].gl.image;
    }
    return images;
}

union layer_image *layer_enumerate_images(const struct layer_session *session, XrSwapchain swapchain,
                                          uint32_t *out_count)
{
    const struct layer_next *next = &session->instance->next;
    union layer_image_info *infos;
    union layer_image *images;

    if (next->xrEnumerateSwapchainImages == NULL ||
        XR_FAILED(next->xrEnumerateSwapchainImages(swapchain, 0, out_count, NULL)) || *out_count == 0)
        return NULL;
    infos = calloc(*out_count, sizeof *infos);
    images = infos != NULL ? list_images(session, swapchain, out_count, infos) : NULL;
    free(infos);
    return images;
}

// With OpenGL, runtimes may need the app's context to be current in calls down, and some leave another one current.
static bool enter_gl(const struct layer_session *session, struct gl_before *out_before)
{
    return session->gl != NULL && !session->gl->context_gone && gl_context_enter(session->gl->context, out_before);
}

static void leave_gl(const struct layer_session *session, bool entered, const struct gl_before *before)
{
    if (entered)
        gl_context_leave(session->gl->context, before);
}

// All that is needed to fill and to destroy one.
static bool has_functions(const struct layer_next *next)
{
    return next->xrCreateSwapchain != NULL && next->xrDestroySwapchain != NULL &&
           next->xrAcquireSwapchainImage != NULL && next->xrWaitSwapchainImage != NULL &&
           next->xrReleaseSwapchainImage != NULL;
}

struct vk_surface own_swapchain_surface(const struct own_swapchain *own)
{
    if (own->shared != NULL)
        return gl_image_surface(own->shared);
    return (struct vk_surface){.image = own->images[own->index].vulkan};
}

enum artem_result own_swapchain_filled(struct own_swapchain *own, struct vk_target *target)
{
    if (own->shared == NULL)
        return ARTEM_OK;
    gl_image_note_turn(own->shared);
    const enum artem_result result = gl_image_give(own->shared, target, own->images[own->index].texture);

    own->failed = own->failed || result == ARTEM_ERROR_UNSUPPORTED;
    return result;
}

void own_swapchain_destroy(struct layer_session *session, struct own_swapchain *own, bool unused)
{
    struct gl_before before;
    const bool entered = enter_gl(session, &before);

    gl_image_destroy(&own->shared, unused);
    // Where the context may be gone, the runtime must not be led to it either: swapchains end with their session.
    if (own->handle != XR_NULL_HANDLE && (session->gl == NULL || !session->gl->context_gone))
        session->instance->next.xrDestroySwapchain(own->handle);
    leave_gl(session, entered, &before);
    free(own->images);
    *own = (struct own_swapchain){.failed = own->failed};
}

static enum artem_result create(struct layer_session *session, const XrSwapchainCreateInfo *info,
                                struct own_swapchain *own)
{
    const struct layer_next *next = &session->instance->next;

    own->failed = true;
    if (!has_functions(next) || XR_FAILED(next->xrCreateSwapchain(session->handle, info, &own->handle))) {
        own->handle = XR_NULL_HANDLE;
        return ARTEM_ERROR_UNSUPPORTED;
    }
    own->images = layer_enumerate_images(session, own->handle, &own->image_count);
    own->failed =
        own->images == NULL || (session->gl != NULL && gl_image_create(session->gl, info, &own->shared) != ARTEM_OK);
    if (own->failed)
        own_swapchain_destroy(session, own, true);
    return own->failed ? ARTEM_ERROR_UNSUPPORTED : ARTEM_OK;
}

enum artem_result own_swapchain_create(struct layer_session *session, const XrSwapchainCreateInfo *info,
                                       struct own_swapchain *own)
{
    struct gl_before before;
    enum artem_result result;

    if (own->failed)
        return ARTEM_ERROR_UNSUPPORTED;
    if (own->handle != XR_NULL_HANDLE)
        return ARTEM_OK;
    const bool entered = enter_gl(session, &before);
    result = create(session, info, own);
    leave_gl(session, entered, &before);
    return result;
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

static enum artem_result acquire(struct layer_session *session, struct own_swapchain *own)
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

enum artem_result own_swapchain_acquire(struct layer_session *session, struct own_swapchain *own)
{
    struct gl_before before;
    const bool entered = enter_gl(session, &before);
    const enum artem_result result = acquire(session, own);

    leave_gl(session, entered, &before);
    return result;
}

enum artem_result own_swapchain_release(struct layer_session *session, struct own_swapchain *own)
{
    struct gl_before before;
    const bool entered = enter_gl(session, &before);
    const XrResult result = session->instance->next.xrReleaseSwapchainImage(own->handle, NULL);

    leave_gl(session, entered, &before);
    if (XR_FAILED(result))
        return ARTEM_ERROR_DEVICE;
    own->acquired = false;
    own->waited = false;
    own->serial++;
    return ARTEM_OK;
}

void own_swapchains_destroy(struct layer_swapchain *swapchain, bool unused)
{
    for (unsigned plane = 0; plane < SWAPCHAIN_PLANES; plane++)
        own_swapchain_destroy(swapchain->session, &swapchain->own[plane], unused);
}
