// SPDX-License-Identifier: Apache-2.0
// An image in the memory of which OpenGL and the layer's Vulkan device both work, in turns: what the app draws gets
// into it by a copy of OpenGL's, and what the layer paints gets out of it by another one. Textures of a runtime's
// swapchains cannot be exported, hence the copies.
//
// A turn begins when the one before is done: by semaphores that both sides have, without a wait of the CPU; where a
// driver cannot share semaphores, the CPU waits.
//
// Functions that work with textures enter the app's context: call them where gl_context.h says. One thread at a time.
#ifndef ARTEM_PLUGIN_GL_IMAGE_H
#define ARTEM_PLUGIN_GL_IMAGE_H

#include "gl_context.h"
#include "gl_device.h"
#include "vk_target.h"

// What a session that draws with OpenGL has.
struct gl_share {
    struct gl_context *context;
    struct gl_device *device;
    bool context_gone; // the context may have ended: it is not entered any more
    bool stuck;        // the GPU does not finish: what it may still use, and the device with that, is never freed
};

// ARTEM_ERROR_NOT_FOUND: the chain has no binding of OpenGL. ARTEM_ERROR_UNSUPPORTED: *out_why says what is missing.
enum artem_result gl_share_create(struct layer_instance *instance, const void *chain, struct gl_share **out_share,
                                  const char **out_why);
// The caller has waited for all work, or found it stuck, and destroyed the images. Clears *share; NULL-safe.
void gl_share_destroy(struct gl_share **share);

// The Vulkan format of textures with that internal format; VK_FORMAT_UNDEFINED if the layer cannot paint them.
VkFormat gl_find_format(int64_t internal_format);
// Whether images of that format can be shared.
bool gl_can_share(const struct gl_share *share, VkFormat format);

struct gl_image;
// For the images of a swapchain that is made so. ARTEM_ERROR_UNSUPPORTED: it cannot be done; ARTEM_ERROR_DEVICE: not
// now, since the context cannot be used.
enum artem_result gl_image_create(struct gl_share *share, const XrSwapchainCreateInfo *info,
                                  struct gl_image **out_image);
// `unused`: all work of the target's is done; else what may still be in use is left alone. Clears *image; NULL-safe.
void gl_image_destroy(struct gl_image **image, bool unused);

// OpenGL's turns: the whole texture into the image, or out of it. Vulkan's work on it so far is `target`'s.
enum artem_result gl_image_fill(struct gl_image *image, struct vk_target *target, uint32_t texture);
enum artem_result gl_image_give(struct gl_image *image, struct vk_target *target, uint32_t texture);
// Vulkan's turn: the surface of the next submission, and that it was accepted.
struct vk_surface gl_image_surface(const struct gl_image *image);
void gl_image_note_turn(struct gl_image *image);

#endif
