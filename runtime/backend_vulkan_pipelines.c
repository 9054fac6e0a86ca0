// SPDX-License-Identifier: Apache-2.0
#include "backend_vulkan.h"

#include "network_begin.comp.h"
#include "network_conv8.comp.h"
#include "network_conv8_dot.comp.h"
#include "network_conv8_sdot.comp.h"
#include "network_d1.comp.h"
#include "network_d1_dot.comp.h"
#include "network_d1_sdot.comp.h"
#include "network_d2.comp.h"
#include "network_d2_dot.comp.h"
#include "network_d2_sdot.comp.h"
#include "network_decide.comp.h"
#include "network_follow.comp.h"
#include "network_input.comp.h"
#include "network_take.comp.h"
#include "network_unit.comp.h"

#define SHADER(name) artem_network_##name##_spv, sizeof artem_network_##name##_spv

// As the device multiplies bytes best.
static struct vk_shader byte_shader(enum vulkan_pass pass, enum vulkan_dot dot)
{
    static const uint32_t encoder[] = {1, NET_ENC_WORDS, NET_ENC_GROUP}, d0[] = {0, NET_D0_WORDS, NET_D0_GROUP};
    static const struct vk_shader conv8[] = {
        {SHADER(conv8), NULL, 0}, {SHADER(conv8_dot), NULL, 0}, {SHADER(conv8_sdot), NULL, 0}};
    static const struct vk_shader d1[] = {{SHADER(d1), NULL, 0}, {SHADER(d1_dot), NULL, 0}, {SHADER(d1_sdot), NULL, 0}};
    static const struct vk_shader d2[] = {{SHADER(d2), NULL, 0}, {SHADER(d2_dot), NULL, 0}, {SHADER(d2_sdot), NULL, 0}};
    struct vk_shader shader = pass == PASS_D1 ? d1[dot] : pass == PASS_D2 ? d2[dot] : conv8[dot];

    if (pass == PASS_ENCODER || pass == PASS_D0) {
        shader.constants = pass == PASS_ENCODER ? encoder : d0;
        shader.constant_count = 3;
    }
    return shader;
}

static struct vk_shader shader_of(enum vulkan_pass pass, enum vulkan_dot dot)
{
    static const uint32_t sums[] = {0, 0}, unit[] = {1, 0}, last[] = {1, 1}; // APPLY, LAST

    switch (pass) {
    case PASS_INPUT:
        return (struct vk_shader){SHADER(input), NULL, 0};
    case PASS_BEGIN:
        return (struct vk_shader){SHADER(begin), NULL, 0};
    case PASS_DECIDE:
        return (struct vk_shader){SHADER(decide), NULL, 0};
    case PASS_UNIT_SUMS:
        return (struct vk_shader){SHADER(unit), sums, 2};
    case PASS_TAKE:
        return (struct vk_shader){SHADER(take), NULL, 0};
    case PASS_UNIT:
        return (struct vk_shader){SHADER(unit), unit, 2};
    case PASS_UNIT_LAST:
        return (struct vk_shader){SHADER(unit), last, 2};
    case PASS_FOLLOW:
        return (struct vk_shader){SHADER(follow), NULL, 0};
    case PASS_ENCODER:
    case PASS_D0:
    case PASS_D1:
    case PASS_D2:
        return byte_shader(pass, dot);
    case PASS_ENCODER_AGAIN: // has the encoder's
    case PASS_COUNT:
        break;
    }
    return (struct vk_shader){0};
}

enum artem_result vulkan_create_pipelines(struct vulkan_backend *vulkan)
{
    enum artem_result result = vk_layout_create(vulkan->device, NET_BINDINGS, sizeof(uint32_t), &vulkan->layout);

    vulkan->cache = vk_cache_open(vulkan->device);
    for (int pass = 0; pass < PASS_COUNT && result == ARTEM_OK; pass++) {
        const struct vk_shader shader = shader_of((enum vulkan_pass)pass, vulkan->device->dot);
        if (shader.code != NULL)
            result =
                vk_pipeline_create(vulkan->device, &vulkan->layout, vulkan->cache, &shader, &vulkan->pipelines[pass]);
    }
    if (result == ARTEM_OK)
        vk_cache_save(vulkan->device, vulkan->cache); // now: apps may quit without destroying anything
    return result;
}

void vulkan_destroy_pipelines(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    for (int pass = 0; pass < PASS_COUNT; pass++)
        d->vkDestroyPipeline(d->handle, vulkan->pipelines[pass], NULL);
    vk_cache_close(d, vulkan->cache);
    vk_layout_destroy(d, &vulkan->layout);
}
