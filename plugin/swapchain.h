// SPDX-License-Identifier: Apache-2.0
// One XrSwapchain of the app: which images are acquired and waited for, the capture at release, the pictures in it that
// projection views show, and the layer's own swapchains that take its place in a styled frame.
#ifndef ARTEM_PLUGIN_SWAPCHAIN_H
#define ARTEM_PLUGIN_SWAPCHAIN_H

#include "artem/geometry.h"
#include "gl_image.h"
#include "layer.h"
#include "vk_target.h"

struct layer_session;

enum {
    SWAPCHAIN_HELD_MAX = 16, // images held by the app at once, that the layer can follow
    SWAPCHAIN_PLANES = 4,    // own swapchains: pictures that overlap need one each
};

// What a painting depends on. Equal keys: the painting that a picture has is still right. Where its noise lies is not
// part of it: an image that is shown again under another pose is not painted anew.
struct painting_key {
    uint64_t release; // 0 = none
    struct vk_picture_info info;
    uint64_t style; // serial of the styler's style
};

// What an own swapchain's latest image shows of a picture.
struct shown_key {
    struct painting_key painting;
    struct vk_look look;
    unsigned plane;
    uint64_t serial; // own_swapchain.serial then
};

// The layer's side of target->pictures[i].
struct swapchain_picture {
    uint64_t used;               // frame number + 1 of the latest frame that shows it, 0 = never
    bool lent;                   // the engine works on its style buffers
    uint64_t scaled;             // release that style_in holds, 0 = none
    struct painting_key painted; // what style_out holds
    uint64_t painted_ns;         // when that was painted
    struct shown_key shown;
    // How the painting was seen, and the older one that the target keeps.
    struct geometry_view view, old_view;
    struct geometry_pose pose, old_pose;
};

// An image of a swapchain, as the session's graphics API knows it.
union layer_image {
    VkImage vulkan;
    uint32_t texture; // of OpenGL
};

// One of the layer's own swapchains.
struct own_swapchain {
    XrSwapchain handle; // XR_NULL_HANDLE until needed
    union layer_image *images;
    struct gl_image *shared; // with OpenGL: what is painted, and copied to the image then; else NULL
    uint32_t image_count;
    uint32_t index;
    uint64_t serial;       // counts released images
    bool acquired, waited; // survives a frame in which the wait timed out
    bool failed;           // could not be created: not tried again
};

struct layer_swapchain {
    XrSwapchain handle;
    struct layer_session *session;
    struct layer_swapchain *sibling; // session->swapchains
    XrSwapchainCreateInfo info;      // as the app asked; next is NULL
    const char *unsupported;         // why its images pass through, NULL = they can be styled
    bool is_static;

    // Guarded by session->mutex.
    struct {
        uint32_t index;
        bool waited;
    } held[SWAPCHAIN_HELD_MAX]; // acquired and not yet released, oldest first
    uint32_t held_count;
    bool lost_track;      // the app held more than the layer can follow
    bool owed;            // the app has released the oldest of them, and the runtime is still to be told (late_capture)
    bool in_projection;   // seen in a projection layer
    bool is_likely;       // like one that was: captured until a frame tells that it is for something else
    uint64_t releases;    // successful ones
    uint64_t released_ns; // the latest
    uint64_t captured;    // release whose image the target holds, 0 = none
    union layer_image *images; // the app's, owned by the runtime; the array is ours
    uint32_t image_count;
    struct gl_image *shared; // with OpenGL: the copy that is captured, made with the target; else NULL
    uint64_t composited_frame; // frame number + 1 of the latest composite
    struct vk_target *target;  // made when first needed
    bool hangs;                // at the end the target's work was waited for in vain
    struct swapchain_picture pictures[VK_TARGET_PICTURES];
    struct own_swapchain own[SWAPCHAIN_PLANES];
};

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateSwapchain(XrSession session, const XrSwapchainCreateInfo *info,
                                                       XrSwapchain *swapchain);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySwapchain(XrSwapchain swapchain);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrAcquireSwapchainImage(XrSwapchain swapchain,
                                                             const XrSwapchainImageAcquireInfo *info, uint32_t *index);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrWaitSwapchainImage(XrSwapchain swapchain, const XrSwapchainImageWaitInfo *info);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrReleaseSwapchainImage(XrSwapchain swapchain,
                                                             const XrSwapchainImageReleaseInfo *info);

// Under the session's mutex: the swapchain is seen in a projection layer, and those made like it from now on are likely
// to be; then, of the frame's others, which of them are not.
void layer_swapchain_note_projection(struct layer_swapchain *swapchain);
void layer_swapchains_note_others(struct layer_session *session);

// Releases that are owed: before anything that must come after them. Of xrEndFrame.
void layer_swapchains_settle(struct layer_session *session);

// NULL if the layer does not know it.
struct layer_swapchain *layer_swapchain_find(XrSwapchain swapchain);
// Frees the layer's side, the own swapchains included. The caller has unlinked it from the session.
void layer_swapchain_free(struct layer_swapchain *swapchain);
// Frees the target, whose work is done.
void layer_swapchain_free_target(struct layer_swapchain *swapchain);

// swapchain_end.c

// The same of one that is not to be found any more. Waits for the layer's own work on the GPU. What the engine may
// still use is left among the session's orphans.
void layer_swapchain_end(struct layer_swapchain *swapchain);
// Frees those orphans that nothing works on any more. Of xrEndFrame; does not wait for a painting.
void layer_orphans_look(struct layer_session *session);
// Waits for the engine, and frees all. When nobody else uses the session any more.
void layer_orphans_free(struct layer_session *session);
// Before the buffers of a picture go, or may have to grow: until the engine's queue is done with them. False: it is
// not.
bool layer_swapchain_release_buffers(const struct layer_swapchain *swapchain, unsigned index);

// own_swapchain.c

#define OWN_SWAPCHAIN_USAGE                                                                                            \
    (XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT | XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_SAMPLED_BIT)

// Makes it if it is not there yet. A failure is remembered, and not tried again.
enum artem_result own_swapchain_create(struct layer_session *session, const XrSwapchainCreateInfo *info,
                                       struct own_swapchain *own);
// Acquires an image and waits for it at most one millisecond: ARTEM_TIMEOUT then; the image is remembered.
enum artem_result own_swapchain_acquire(struct layer_session *session, struct own_swapchain *own);
enum artem_result own_swapchain_release(struct layer_session *session, struct own_swapchain *own);
// Where to draw: of an image that was waited for; and that it has been drawn, by `target`.
struct vk_surface own_swapchain_surface(const struct own_swapchain *own);
enum artem_result own_swapchain_filled(struct own_swapchain *own, struct vk_target *target);
// `unused`: the GPU is done with its images.
void own_swapchain_destroy(struct layer_session *session, struct own_swapchain *own, bool unused);
// Makes the own swapchain of a plane, like the app's. May call down.
enum artem_result own_swapchain_prepare(struct layer_swapchain *swapchain, unsigned plane);
// All planes.
void own_swapchains_destroy(struct layer_swapchain *swapchain, bool unused);
// The images of a swapchain, as an array to free; NULL on failure.
union layer_image *layer_enumerate_images(const struct layer_session *session, XrSwapchain swapchain,
                                          uint32_t *out_count);

#endif
