// SPDX-License-Identifier: Apache-2.0
// The GPU side of one swapchain of the app: a capture of its latest released image, and for every picture in it (a rect
// of an array slice that a projection view shows) the buffers in which it is scaled, painted and put together again.
// Pictures are raw bytes in buffers, whatever the format (shaders/common.glsl). Recording functions submit on the app's
// queue: call them only inside calls that may use it. One thread at a time.
//
// All work of one target goes to one queue, so waiting for its latest submission waits for all of it.
#ifndef ARTEM_PLUGIN_VK_TARGET_H
#define ARTEM_PLUGIN_VK_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "artem_vk/memory.h"
#include "vk_shaders.h"

enum {
    VK_TARGET_SUBMISSIONS = 8, // in flight at once: captures, late scaling, composites
    VK_TARGET_PICTURES = 8,
};

enum vk_work { VK_WORK_CAPTURE, VK_WORK_COMPOSITE, VK_WORK_READ, VK_WORK_COUNT };

struct vk_submission {
    VkCommandBuffer commands;
    VkFence fence;
    bool pending; // submitted and not yet seen to be finished
    enum vk_work work;
    uint64_t frame; // target->frames[work] then
};

// Where a picture is, and the size at which it is painted.
struct vk_picture_info {
    uint32_t slice;
    VkRect2D rect;
    bool premultiplied; // colours are multiplied by alpha
    uint32_t style_width, style_height;
    bool on_device; // painted there: its style buffers are not seen by the CPU
};

bool vk_picture_info_equal(const struct vk_picture_info *a, const struct vk_picture_info *b);

// How pictures are put together, each 0..256: docs/arithmetic.md §8.
struct vk_look {
    uint32_t strength, keep, text;
};

struct vk_picture {
    struct vk_picture_info info;          // style_width 0: never prepared
    struct vk_buffer style_in, style_out; // RGBA8, style_width * 4 bytes per row
    struct vk_buffer result;              // the rect alone, in the swapchain's format
    VkDescriptorSet set;
    uint32_t set_slice; // that the set was written for

    // An older painting of another size, to fade from.
    struct vk_buffer old;
    VkDescriptorSet fade_set;
    uint64_t fade_serials[2]; // of the buffers that the set was written for
    struct vulkan_fade fade;  // of the next composite; weight 0: none
};

// What a target is made for.
struct vk_target_info {
    uint32_t width, height, slices; // of the swapchain's images
    uint32_t samples;
    VkFormat format; // one for which vk_find_format knows the pixels
    bool bottom_up;  // the first row is the lowest one of what is seen (OpenGL); rects count from there
};

// An image of the app or the runtime, as the target finds and leaves it: in COLOR_ATTACHMENT_OPTIMAL.
struct vk_surface {
    VkImage image;
    bool foreign;             // another API has it between the target's uses
    VkSemaphore wait, signal; // binary ones, before and after the use; VK_NULL_HANDLE: none
};

struct vk_target {
    const struct vulkan_device *device;
    const struct vk_shaders *shaders;
    struct vk_target_info info;
    enum artem_pixel_format pixels;
    uint32_t pixel_size;      // bytes
    VkDeviceSize slice_pitch; // bytes between the beginnings of slices in the capture
    struct vk_buffer capture;
    struct vk_buffer tables;  // artem_pixel_tables
    struct vk_image resolved; // of multisampled images
    VkCommandPool pool;
    VkQueryPool queries; // two per submission; VK_NULL_HANDLE without timestamps
    VkDescriptorPool set_pool;
    struct vk_picture pictures[VK_TARGET_PICTURES];
    struct vk_submission submissions[VK_TARGET_SUBMISSIONS];
    unsigned next;                                        // submission to use next
    uint64_t frames[VK_WORK_COUNT], timed[VK_WORK_COUNT]; // begun, and the one that gpu_ms belongs to
    uint64_t end_ticks[VK_WORK_COUNT];                    // of the timestamp after it
    double gpu_ms[VK_WORK_COUNT]; // of the latest capture (with its scaling) and composite that were waited for
};

// The pixels of a swapchain format; false if the layer cannot paint them.
bool vk_find_format(VkFormat format, enum artem_pixel_format *out_pixels);

// The shaders must have been prepared for the format's pixels, and outlive the target. ARTEM_ERROR_UNSUPPORTED if the
// images are larger than the device's buffers may be.
enum artem_result vk_target_create(const struct vk_shaders *shaders, const struct vk_target_info *info,
                                   struct vk_target **out_target);
// Whether none of the target's work runs any more. vk_target_finish waits for that, some seconds at most.
bool vk_target_is_done(struct vk_target *target);
bool vk_target_finish(struct vk_target *target);
// The same, and frees it; if the device does not finish, its objects are left alone. Clears *target; NULL-safe.
void vk_target_destroy(struct vk_target **target);

// Makes picture `index` what `info` says, with buffers that fit; waits for work that uses those that have to grow. The
// styled picture in style_out is lost when the style resolution changes.
enum artem_result vk_target_set_picture(struct vk_target *target, unsigned index, const struct vk_picture_info *info);

// Keeps the painting in style_out, which must be there, as the older one of picture `index`. For the CPU to write
// style_out after vk_target_wait.
enum artem_result vk_target_keep_old(struct vk_target *target, unsigned index);
// The next composite mixes the painting, in style_out itself, with the older one: weight 0..256 of that, `map` as in
// shaders/fade.comp.
void vk_target_fade(struct vk_target *target, unsigned index, uint32_t weight, const float map[9]);

// Pictures below are bit masks. Copies all of `source` into the capture, and scales these pictures to their style_in,
// which can be read after vk_target_wait. On failure the semaphores are as they were.
enum artem_result vk_target_capture(struct vk_target *target, const struct vk_surface *source, unsigned pictures);
// Scales pictures of the image captured before.
enum artem_result vk_target_scale(struct vk_target *target, unsigned pictures);

// Paints the pictures, which do not overlap, into their slices and rects of `destination` (an image like the
// swapchain's, with one sample) from the capture, style_in and style_out; around them, their slices get the captured
// pixels. The image's former content is lost. On failure the semaphores are as they were.
enum artem_result vk_target_composite(struct vk_target *target, unsigned pictures, const struct vk_look *look,
                                      const struct vk_surface *destination);

// Waits for all work submitted so far and collects its times. ARTEM_TIMEOUT if it did not finish; ARTEM_ERROR_MEMORY if
// it cannot be told whether it did: it may still run in both cases. ARTEM_ERROR_DEVICE: the device is lost, and nothing
// runs there any more.
enum artem_result vk_target_wait(struct vk_target *target, uint64_t timeout_ns);

// Signalled when all work submitted so far is done; VK_NULL_HANDLE if it is known to be. For a wait that nothing is
// locked for: the fence lives as long as the target, and is used anew after VK_TARGET_SUBMISSIONS more of them.
VkFence vk_target_get_fence(const struct vk_target *target);

// Whether gpu_ms and end_ticks belong to the latest work of that kind that was begun.
bool vk_target_is_timed(const struct vk_target *target, enum vk_work work);

// Waits for all work, then copies a picture as it was captured, or as it was put together, to `pixels`: rows of the
// rect as they are seen, from the top down, packed, in the swapchain's format.
enum artem_result vk_target_read(struct vk_target *target, unsigned index, bool result, void *pixels);
size_t vk_target_picture_bytes(const struct vk_target *target, unsigned index);

// ---- vk_submit.c, for the other files of the target ----

// An empty command buffer in recording state, NULL on failure; then its submission. `surface`, if it uses one, or NULL.
struct vk_submission *vk_target_begin(struct vk_target *target, enum vk_work work);
enum artem_result vk_target_submit(struct vk_target *target, struct vk_submission *submission,
                                   const struct vk_surface *surface);
// To be recorded after the barrier that waits for earlier work, so that only the layer's own time counts; again at the
// end.
void vk_target_timestamp(struct vk_target *target, struct vk_submission *submission, unsigned which);
enum artem_result vk_submissions_create(struct vk_target *target);
void vk_submissions_destroy(struct vk_target *target);

// ---- vk_picture.c, for the other files of the target ----

enum artem_result vk_pictures_create(struct vk_target *target);
void vk_pictures_destroy(struct vk_target *target);
struct vulkan_push vk_picture_push(const struct vk_target *target, const struct vk_picture *picture);
// vk_fade.c: records what vk_target_fade asked for; to be followed by shaders that read style_out.
void vk_fade_record(struct vk_target *target, VkCommandBuffer commands, unsigned pictures);
// Binds the pipeline and everything that it uses, and runs it over columns x rows.
void vk_picture_dispatch(const struct vk_target *target, const struct vk_picture *picture, VkCommandBuffer commands,
                         VkPipeline pipeline, const struct vulkan_push *push, uint32_t columns, uint32_t rows);

// A layout or access change of all slices of a colour image's first level.
VkImageMemoryBarrier vk_image_barrier(VkImage image, VkAccessFlags from, VkAccessFlags to, VkImageLayout old_layout,
                                      VkImageLayout new_layout);
// The same barrier for a surface that comes from outside, or goes `away` to there, with what it holds.
VkImageMemoryBarrier vk_surface_barrier(const struct vulkan_device *device, const struct vk_surface *surface, bool away,
                                        VkImageMemoryBarrier barrier);

#endif
