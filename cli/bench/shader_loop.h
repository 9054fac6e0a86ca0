// SPDX-License-Identifier: Apache-2.0
// A compute shader that does nothing but count bits, for as long as one likes: what a Vulkan device's population count
// allows, and a load for others to be measured beside.
#ifndef ARTEM_CLI_BENCH_SHADER_LOOP_H
#define ARTEM_CLI_BENCH_SHADER_LOOP_H

#include <stdbool.h>

#include "artem_vk/memory.h"
#include "artem_vk/pipeline.h"

// Products of bits in one round: eight sums of 128 bits each.
enum { SHADER_LOOP_INVOCATIONS = 4096 * 64, SHADER_LOOP_PRODUCTS = SHADER_LOOP_INVOCATIONS * 8 * 128 };

struct shader_loop {
    const struct vulkan_device *device; // set by the caller
    struct vk_layout layout;
    struct vk_buffer buffer;
    VkPipeline pipeline;
    VkDescriptorPool set_pool;
    VkDescriptorSet set;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkQueryPool queries; // none where the queue has no timestamps
    uint32_t rounds;     // that are recorded
};

// To be destroyed whether or not it could be made.
bool shader_loop_create(struct shader_loop *loop);
void shader_loop_destroy(struct shader_loop *loop);
// Submits so many rounds and waits. Seconds on the device, by its timestamps where it has them; negative if it fails.
double shader_loop_run(struct shader_loop *loop, uint32_t rounds);

#endif
