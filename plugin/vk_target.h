// SPDX-License-Identifier: Apache-2.0
// The GPU side of one view: capture image, style-resolution buffers, result image, and the command buffers that move
// pixels between them and the swapchains. Recording functions submit on the app's queue: call them only inside calls
// that may use it.
//
// All work of one target goes to one queue, so waiting for its latest submission waits for all of it.
#ifndef ARTEM_PLUGIN_VK_TARGET_H
#define ARTEM_PLUGIN_VK_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "vk_memory.h"
#include "vulkan_device.h"

enum {
    VK_TARGET_SUBMISSIONS = 4 // in flight at once: captures, a late downscale, composites
};

enum vk_work { VK_WORK_CAPTURE, VK_WORK_COMPOSITE, VK_WORK_READ, VK_WORK_COUNT };

struct vk_submission {
    VkCommandBuffer commands;
    VkFence fence;
    bool pending; // submitted and not yet seen to be finished
    enum vk_work work;
};

struct vk_target {
    const struct vulkan_device *device;
    uint32_t width, height; // of the swapchain's images
    bool bgra, linear;      // byte order; linear colours instead of sRGB code values
    struct vk_image capture, result;
    struct vk_buffer style_in, style_out; // RGBA8, style_width * 4 bytes per row
    uint32_t style_width, style_height;   // 0 = no buffers yet
    struct vk_buffer tables;              // srgb_to_code, srgb_to_linear
    VkCommandPool pool;
    VkQueryPool queries; // two per submission; VK_NULL_HANDLE without timestamps
    VkDescriptorPool set_pool;
    VkDescriptorSet set;
    struct vk_submission submissions[VK_TARGET_SUBMISSIONS];
    unsigned next;                // submission to use next
    double gpu_ms[VK_WORK_COUNT]; // of the latest capture with its scaling, and composite; 0 = not (yet) known
};

// For a swapchain of this size and format: R8G8B8A8 or B8G8R8A8, SRGB or UNORM. `device` must outlive the target.
enum artem_result vk_target_create(const struct vulkan_device *device, uint32_t width, uint32_t height, VkFormat format,
                                   struct vk_target **out_target);
// Waits for the target's work. If the device does not finish it, its objects are left alone. Clears *target; NULL-safe.
void vk_target_destroy(struct vk_target **target);

// Waits for all work submitted so far and collects its times. ARTEM_TIMEOUT or ARTEM_ERROR_DEVICE if it did not finish.
enum artem_result vk_target_wait(struct vk_target *target, uint64_t timeout_ns);

// Makes the buffers fit a style resolution; waits for work that uses them. Contents are lost when the size changes.
enum artem_result vk_target_resize(struct vk_target *target, uint32_t style_width, uint32_t style_height);

// Copies `source` (COLOR_ATTACHMENT_OPTIMAL before and after) into the capture image; if `rect` is not NULL, also
// scales that rect to style_in. The result can be read after vk_target_wait.
enum artem_result vk_target_capture(struct vk_target *target, VkImage source, const VkRect2D *rect);
// Scales a rect of the image captured before.
enum artem_result vk_target_scale(struct vk_target *target, const VkRect2D *rect);

// Paints `rect` of `destination` from the capture, style_in and style_out; outside the rect it gets the captured
// pixels. The image's former content is lost; it is left in COLOR_ATTACHMENT_OPTIMAL. strength and keep as in
// docs/arithmetic.md §8.
enum artem_result vk_target_composite(struct vk_target *target, const VkRect2D *rect, uint32_t strength, uint32_t keep,
                                      VkImage destination);

// Waits for all work, then copies `rect` of the capture or result image to pixels (RGBA8 or BGRA8 as the swapchain has
// it).
enum artem_result vk_target_read(struct vk_target *target, const struct vk_image *image, const VkRect2D *rect,
                                 uint8_t *pixels);

// For vk_capture.c, vk_composite.c and vk_read.c: an empty command buffer in recording state, NULL on failure; then its
// submission.
struct vk_submission *vk_target_begin(struct vk_target *target, enum vk_work work);
enum artem_result vk_target_submit(struct vk_target *target, struct vk_submission *submission);
// A layout or access change of a colour image with one level and layer.
VkImageMemoryBarrier vk_image_barrier(VkImage image, VkAccessFlags from, VkAccessFlags to, VkImageLayout old_layout,
                                      VkImageLayout new_layout);
// What both shaders are told about the target and the rect.
struct vulkan_push vk_target_push(const struct vk_target *target, const VkRect2D *rect);
// To be recorded after the barrier that waits for earlier work, so that only the layer's own time counts; again at the
// end.
void vk_target_timestamp(struct vk_target *target, struct vk_submission *submission, unsigned which);
// Binds the pipeline and everything that it uses, and runs it over columns x rows.
void vk_target_dispatch(struct vk_target *target, VkCommandBuffer commands, VkPipeline pipeline,
                        const struct vulkan_push *push, uint32_t columns, uint32_t rows);

#endif
