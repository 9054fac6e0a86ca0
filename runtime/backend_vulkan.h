// SPDX-License-Identifier: Apache-2.0
// Inside of the Vulkan backend: backend_vulkan.c (life time, frames), backend_vulkan_lanes.c (the queues),
// backend_vulkan_beside.c (on a device beside the caller's), backend_vulkan_model.c (weights and parameters as the
// shaders read them), backend_vulkan_buffers.c (memory), backend_vulkan_pipelines.c, backend_vulkan_record.c (one
// frame's commands), backend_vulkan_step.c (a tile of a frame).
#ifndef ARTEM_BACKEND_VULKAN_H
#define ARTEM_BACKEND_VULKAN_H

#include "artem/engine_vulkan.h"
#include "artem_vk/cache.h"
#include "artem_vk/memory.h"
#include "artem_vk/pipeline.h"
#include "backend.h"
#include "backend_share.h"
#include "network_layout.h"

enum vulkan_pass {
    PASS_INPUT,
    PASS_BEGIN,
    PASS_ENCODER,
    PASS_ENCODER_AGAIN, // with other gains, in exact mode; no workgroups otherwise
    PASS_DECIDE,
    PASS_UNIT_SUMS, // exact mode; no workgroups otherwise
    PASS_TAKE,      // likewise
    PASS_UNIT,
    PASS_UNIT_LAST,
    PASS_FOLLOW,
    PASS_D0,
    PASS_D1,
    PASS_D2,
    PASS_COUNT
};

// What a frame's commands depend on: they are recorded anew only when it changes.
struct vulkan_shape {
    uint32_t views;
    struct vulkan_view {
        uint32_t qw, qh;
        uint32_t first; // cell, in a plane
        uint64_t in_serial, out_serial;
        uint64_t in, out;    // VkBuffer handles; 0: the picture is in the backend's own, at `offset`
        VkDeviceSize offset; // in `pictures` and `staging`; the painted one follows
    } view[ARTEM_MAX_VIEWS];
    uint32_t cells, plane, groups;
    VkDeviceSize picture_bytes; // of all views without buffers of their own, painted ones included
};

// A queue to compute on, and what is recorded for it.
enum { LANE_QUEUE, LANE_ASYNC, LANE_COUNT, HALVES = 2 };
struct vulkan_lane {
    VkQueue queue; // VK_NULL_HANDLE: the device has none
    VkCommandPool pool;
    VkCommandBuffer halves[HALVES]; // of a frame; a step has but the first
    VkCommandBuffer upload_commands;
    uint64_t timestamp_mask;
};

struct vulkan_backend {
    struct vulkan_own_device *own; // NULL: the device is the caller's
    struct share *share;           // beside the caller's device, whose buffers come this way; NULL: no
    bool shared;                   // so do those of the latest frame
    VkSemaphore shared_ready, shared_done;
    const struct vulkan_device *device;
    const struct artem_network *network;
    const struct artem_style *style;

    struct vk_layout layout;
    VkPipelineCache cache;
    VkPipeline pipelines[PASS_COUNT];
    VkDescriptorPool set_pool;
    VkDescriptorSet sets[ARTEM_MAX_VIEWS]; // the same but for the pictures
    VkDescriptorSet decide_set;            // the arguments instead

    struct vk_buffer model, upload;     // NET_MODEL_WORDS; the second is written by the CPU
    struct vk_buffer arena;             // planes, then the two activation maps at maps_offset
    struct vk_buffer state;             // NET_STATE_WORDS
    struct vk_buffer arguments;         // NET_ARGS_WORDS
    struct vk_buffer frame_data;        // NET_FRAME_WORDS, written by the CPU
    struct vk_buffer decisions;         // exact, blank, pace, cut of the frame, read by the CPU
    struct vk_buffer step_data;         // of steps: what goes to the state, then the sums that come back
    struct vk_buffer pictures, staging; // of views without buffers of their own: on the device, for the CPU
    VkDeviceSize maps_offset;

    struct vulkan_lane lanes[LANE_COUNT];
    const struct vulkan_lane *lane;     // that the latest frame is on
    const struct vulkan_lane *recorded; // that the commands are recorded in; NULL: none
    VkCommandBuffer commands;           // the half that is being recorded
    VkSemaphore ready;                  // what was submitted to the caller's queue is done; for the other lane
    VkFence ready_fence;                // of the submission that signals it
    bool ready_pending;                 // that one is not known to be done
    VkFence fences[HALVES];             // of a frame: the last one is that of whole ones, too
    bool has_rest;                      // the other half is still to be submitted
    bool abandoned;                     // it never will be
    VkQueryPool queries;                // VK_NULL_HANDLE without timestamps
    uint32_t marks;    // timestamps in the recorded commands; what precedes one without a name is no pass
    bool wants_passes; // from the next frame on
    bool is_marked;    // the recorded commands have a timestamp after each pass, else two
    char mark_names[ARTEM_PASSES_MAX][16];

    struct vulkan_shape shape; // recorded; views 0: none
    struct step step;          // the one in flight; its tile is below
    struct tile_rect inside[ARTEM_MAX_VIEWS];
    bool is_step;        // what is in flight
    bool has_step;       // what is recorded
    bool dirty;          // the upload has news for the model
    bool restart;        // the next frame starts from the calibration
    bool in_flight;      // until the fence was seen
    bool lost;           // nobody knows what the device still does: nothing is used again, nor freed
    uint32_t resolution; // that the state belongs to
    struct artem_engine_frame frame;
    struct artem_pass passes[ARTEM_PASSES_MAX];
    uint32_t pass_count;
    struct artem_engine_stats stats;
};

// backend_vulkan.c: whether a device beside the caller's may be worth having. Under XR_KHR_vulkan_enable2 its own was made
// with all that helps.
bool vulkan_wants_beside(const struct artem_engine_vulkan *given);

// backend_vulkan_model.c: into `upload`.
void vulkan_write_network(struct vulkan_backend *vulkan);
void vulkan_write_style(struct vulkan_backend *vulkan);

// backend_vulkan_pipelines.c
enum artem_result vulkan_create_pipelines(struct vulkan_backend *vulkan);
void vulkan_destroy_pipelines(struct vulkan_backend *vulkan);

// backend_vulkan_buffers.c
enum artem_result vulkan_create_buffers(struct vulkan_backend *vulkan);
void vulkan_destroy_buffers(struct vulkan_backend *vulkan);
// Lays out a frame; ARTEM_ERROR_UNSUPPORTED where it is too large for the device's buffers.
enum artem_result vulkan_plan_shape(const struct vulkan_backend *vulkan, const struct artem_engine_frame *frame,
                                    struct vulkan_shape *out_shape);
// Whether the same commands do for both.
bool vulkan_same_shape(const struct vulkan_shape *a, const struct vulkan_shape *b);
// Makes the buffers large enough and points the sets at them; allocates only what is larger than ever before. On
// failure nothing is usable but the next successful call.
enum artem_result vulkan_place_shape(struct vulkan_backend *vulkan, const struct vulkan_shape *shape);
size_t vulkan_memory_bytes(const struct vulkan_backend *vulkan);

// Of a picture without buffers of its own: its size, and where its painting is in `pictures` and `staging`.
VkDeviceSize vulkan_picture_bytes(const struct vulkan_view *view);
VkDeviceSize vulkan_painted_offset(const struct vulkan_view *view);

// backend_vulkan_record.c
enum artem_result vulkan_record_frame(struct vulkan_backend *vulkan);
enum artem_result vulkan_record_upload(const struct vulkan_backend *vulkan, const struct vulkan_lane *lane);
// The passes that frames and steps share.
void vulkan_cmd_barrier(const struct vulkan_backend *vulkan, VkPipelineStageFlags from, VkAccessFlags written,
                        VkPipelineStageFlags to, VkAccessFlags used);
void vulkan_cmd_between(const struct vulkan_backend *vulkan); // passes
void vulkan_cmd_dispatch(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t index, uint32_t x,
                         uint32_t y, uint32_t z);
// Per view, `per_cell` invocations for each of its cells.
void vulkan_cmd_dispatch_views(const struct vulkan_backend *vulkan, enum vulkan_pass pass, uint32_t per_cell);
void vulkan_cmd_wait_for_queue(const struct vulkan_backend *vulkan);
void vulkan_cmd_bring_pictures(const struct vulkan_backend *vulkan);
void vulkan_cmd_return_pictures(const struct vulkan_backend *vulkan);

// backend_vulkan_lanes.c
enum artem_result vulkan_create_lanes(struct vulkan_backend *vulkan);
void vulkan_destroy_lanes(struct vulkan_backend *vulkan);
// For the next frame: the caller's queue, or, if wanted and there is one, the queue beside it.
void vulkan_choose_lane(struct vulkan_backend *vulkan, bool async);
// Submits on the lane of the frame, after all that was submitted to the caller's queue so far.
enum artem_result vulkan_submit_lane(struct vulkan_backend *vulkan, const VkCommandBuffer *commands, uint32_t count,
                                     VkFence fence);
// Whether the caller's queue is done with what the other lane had it signal.
bool vulkan_finish_lanes(struct vulkan_backend *vulkan, uint64_t timeout_ns);

// backend_vulkan_beside.c: once everything is made. Frames with buffers of `device` go by way of `share` then.
enum artem_result vulkan_share_create(struct vulkan_backend *vulkan, const struct vulkan_device *device);
// Before anything else goes.
void vulkan_share_destroy(struct vulkan_backend *vulkan);
// The caller's buffers of the frame, from it or back.
void vulkan_cmd_lend_buffers(const struct vulkan_backend *vulkan, bool back);

// backend_vulkan.c: a frame whose buffers are of the backend's device; with `shared` it waits for and signals the
// semaphores of these names.
enum artem_result vulkan_submit_frame(struct vulkan_backend *vulkan, const struct artem_engine_frame *frame,
                                      bool shared);
enum artem_result vulkan_wait(struct vulkan_backend *vulkan, uint64_t timeout_ns);
// Makes buffers and commands fit a frame, which `record` does.
enum artem_result vulkan_prepare(struct vulkan_backend *vulkan, const struct artem_engine_frame *frame, bool is_same,
                                 enum artem_result (*record)(struct vulkan_backend *vulkan));
// What the shaders and the pictures' buffers are told about the frame; all of it counts where inside is NULL.
void vulkan_write_frame(struct vulkan_backend *vulkan, const struct tile_rect *inside);
enum artem_result vulkan_launch(struct vulkan_backend *vulkan, bool halved);
// Pictures that the frame has painted, all of each or what is inside.
void vulkan_read_pictures(struct vulkan_backend *vulkan, const struct tile_rect *inside);

// backend_vulkan_step.c
enum artem_result vulkan_submit_step(void *backend, const struct step *step);
void vulkan_finish_step(struct vulkan_backend *vulkan);

#endif
