// SPDX-License-Identifier: Apache-2.0
// The Vulkan backend: its passes by the device's own clock, what its population count allows, and the CPU beside it.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "artem/engine_vulkan.h"
#include "artem_vk/memory.h"
#include "artem_vk/pipeline.h"
#include "pictures.h"
#include "popcount_bound.comp.h"

enum { GROUPS = 4096, INVOCATIONS = 64, SUMS = 8, BITS = 128, RUNS = 5 };

// What the bound's measurement needs of Vulkan; all of it is destroyed together.
struct bound {
    const struct vulkan_device *d;
    struct vk_layout layout;
    struct vk_buffer buffer;
    VkPipeline pipeline;
    VkDescriptorPool set_pool;
    VkDescriptorSet set;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
};

static void bound_destroy(struct bound *b)
{
    b->d->vkDestroyFence(b->d->handle, b->fence, NULL);
    b->d->vkDestroyCommandPool(b->d->handle, b->pool, NULL);
    b->d->vkDestroyDescriptorPool(b->d->handle, b->set_pool, NULL);
    b->d->vkDestroyPipeline(b->d->handle, b->pipeline, NULL);
    vk_buffer_destroy(b->d, &b->buffer);
    vk_layout_destroy(b->d, &b->layout);
}

static bool bound_create(struct bound *b)
{
    const struct vulkan_device *d = b->d;
    const struct vk_shader shader = {artem_popcount_bound_spv, sizeof artem_popcount_bound_spv, NULL, 0};
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
    const VkDescriptorPoolCreateInfo sets = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
        .maxSets = 1,
        .poolSizeCount = 1,
        .pPoolSizes = &size,
    };
    const VkCommandPoolCreateInfo pool = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = d->queue_family,
    };
    const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkDescriptorSetAllocateInfo set = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorSetCount = 1,
        .pSetLayouts = &b->layout.set,
    };
    VkCommandBufferAllocateInfo commands = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };

    if (vk_layout_create(d, 1, sizeof(uint32_t), &b->layout) != ARTEM_OK ||
        vk_buffer_create(d, INVOCATIONS * sizeof(uint32_t), VK_PLACE_DEVICE, &b->buffer) != ARTEM_OK ||
        vk_pipeline_create(d, &b->layout, VK_NULL_HANDLE, &shader, &b->pipeline) != ARTEM_OK ||
        d->vkCreateDescriptorPool(d->handle, &sets, NULL, &b->set_pool) != VK_SUCCESS ||
        d->vkCreateCommandPool(d->handle, &pool, NULL, &b->pool) != VK_SUCCESS ||
        d->vkCreateFence(d->handle, &fence, NULL, &b->fence) != VK_SUCCESS)
        return false;
    set.descriptorPool = b->set_pool;
    commands.commandPool = b->pool;
    if (d->vkAllocateDescriptorSets(d->handle, &set, &b->set) != VK_SUCCESS ||
        d->vkAllocateCommandBuffers(d->handle, &commands, &b->commands) != VK_SUCCESS)
        return false;
    vk_set_write(d, &b->layout, b->set, &(VkDescriptorBufferInfo){b->buffer.handle, 0, VK_WHOLE_SIZE});
    return true;
}

// Seconds that so many rounds take; 0 if it fails.
static double bound_time(struct bound *b, uint32_t rounds)
{
    const struct vulkan_device *d = b->d;
    const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &b->commands};
    double best = 0;

    if (d->vkBeginCommandBuffer(b->commands, &begin) != VK_SUCCESS)
        return 0;
    d->vkCmdBindPipeline(b->commands, VK_PIPELINE_BIND_POINT_COMPUTE, b->pipeline);
    d->vkCmdBindDescriptorSets(b->commands, VK_PIPELINE_BIND_POINT_COMPUTE, b->layout.pipeline, 0, 1, &b->set, 0, NULL);
    d->vkCmdPushConstants(b->commands, b->layout.pipeline, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof rounds, &rounds);
    d->vkCmdDispatch(b->commands, GROUPS, 1, 1);
    if (d->vkEndCommandBuffer(b->commands) != VK_SUCCESS)
        return 0;
    for (int i = 0; i < RUNS; i++) {
        const double start = bench_now();
        if (d->vkResetFences(d->handle, 1, &b->fence) != VK_SUCCESS ||
            d->vkQueueSubmit(d->queue, 1, &info, b->fence) != VK_SUCCESS ||
            d->vkWaitForFences(d->handle, 1, &b->fence, VK_TRUE, UINT64_C(60000000000)) != VK_SUCCESS)
            return 0;
        const double time = bench_now() - start;
        best = best == 0 || time < best ? time : best;
    }
    return best;
}

// Binary products per second on registers alone, from the difference of two lengths; 0 if it cannot be measured.
static double popcount_bound(const struct vulkan_device *device)
{
    struct bound b = {.d = device};
    double rate = 0;

    if (bound_create(&b)) {
        uint32_t rounds = 16;
        double time = bound_time(&b, rounds);
        while (time > 0 && time < 0.02 && rounds < 1 << 22) {
            rounds *= 2;
            time = bound_time(&b, rounds);
        }
        const double twice = time > 0 ? bound_time(&b, 2 * rounds) : 0;
        if (twice > time)
            rate = (double)GROUPS * INVOCATIONS * SUMS * BITS * rounds / (twice - time);
    }
    bound_destroy(&b);
    return rate;
}

// Products of a pass per frame, by its name; 0 for those that have none.
static double products_of(const char *name, double pixels)
{
    static const struct {
        const char *name;
        double per_pixel;
    } passes[] = {{"encoder", 9 * 64 * 128 / 16.0},
                  {"unit", 9 * 128 * 128 / 16.0},
                  {"d0", 9 * 128 * 32 / 16.0},
                  {"d1", 9 * 32 * 12 / 4.0},
                  {"d2", 9 * 16 * 3}};

    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        if (strncmp(name, passes[i].name, strlen(passes[i].name)) == 0)
            return passes[i].per_pixel * pixels;
    return 0;
}

static void print_passes(struct bench *b, struct bench_pictures *p, double bound)
{
    struct artem_pass best[ARTEM_PASSES_MAX], now[ARTEM_PASSES_MAX];
    const double pixels = (double)b->views * b->width * b->height;
    uint32_t count = artem_engine_get_passes(p->engine, best);
    struct bench_times times;

    for (int i = 0; i < RUNS && bench_pictures_run(p, 0, 1, &times); i++) {
        artem_engine_get_passes(p->engine, now);
        for (uint32_t k = 0; k < count; k++)
            best[k].milliseconds = fmin(best[k].milliseconds, now[k].milliseconds);
    }
    if (count == 0)
        puts("  this queue has no timestamps");
    for (uint32_t k = 0; k < count; k++) {
        const double rate = products_of(best[k].name, pixels) / best[k].milliseconds * 1e-6;
        const bool binary = strncmp(best[k].name, "unit", 4) == 0;
        printf("  %-10s %9.3f ms", best[k].name, best[k].milliseconds);
        if (rate > 0)
            printf(" %10.1f GMAC/s", rate);
        if (binary && bound > 0)
            printf(" %5.0f %% of the bound", rate * 1e11 / bound);
        putchar('\n');
        cJSON *row = bench_row(b, "vulkan");
        cJSON_AddStringToObject(row, "pass", best[k].name);
        json_add_number(row, "best_ms", best[k].milliseconds);
        json_add_number(row, "gmacs", rate);
    }
}

static bool run(struct bench *b, const struct artem_engine_params *params, double bound, double *out_best)
{
    static struct bench_times times;
    struct bench_pictures p;

    if (!bench_pictures_make(&p, params, b, b->views, b->width, b->height))
        return false;
    progress_show(&b->progress, b->share, "%s", params->backend);
    const bool ran = bench_pictures_run(&p, 10 * b->seconds, 5, &times);
    progress_hide(&b->progress);
    if (ran) {
        const double p50 = bench_percentile(&times, 50), p99 = bench_percentile(&times, 99);
        printf("%s, %u x %u x %u: best %.2f ms, p50 %.2f, p99 %.2f, with the copies there and back\n", params->backend,
               b->views, b->width, b->height, times.time[0] * 1e3, p50 * 1e3, p99 * 1e3);
        cJSON *row = bench_row(b, "vulkan");
        cJSON_AddStringToObject(row, "backend", params->backend);
        bench_add_times(row, "ms", 1e3, times.time[0], p50, p99);
        *out_best = times.time[0];
        if (params->vulkan != NULL)
            print_passes(b, &p, bound);
    }
    bench_pictures_free(&p);
    return ran || cli_error("the network cannot be run") == CLI_OK;
}

int bench_vulkan(struct bench *b)
{
    struct vulkan_own_device *own;
    double vulkan = 0, cpu = 0;

    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, &own) != ARTEM_OK) {
        puts("Vulkan: there is no device");
        return CLI_OK;
    }
    const struct vulkan_device *device = vulkan_own_device_get(own);
    const struct artem_engine_vulkan share = {device};
    const double bound = popcount_bound(device);
    printf("Vulkan on %s%s\n", device->name, device->dot ? ", with integer dot products" : "");
    printf("  population counts and sums on registers alone: %.1f GMAC/s\n", bound * 1e-9);
    cJSON *row = bench_row(b, "vulkan");
    cJSON_AddStringToObject(row, "device", device->name);
    json_add_number(row, "bound_gmacs", bound * 1e-9);
    const bool ran = run(b, &(struct artem_engine_params){.backend = "vulkan", .vulkan = &share}, bound, &vulkan) &&
                     run(b, &(struct artem_engine_params){.backend = "cpu", .threads = b->threads}, 0, &cpu);
    if (ran)
        printf("  Vulkan is %.2f times as fast as the CPU backend on %u threads\n", cpu / vulkan, b->threads);
    vulkan_own_device_destroy(&own);
    return ran ? CLI_OK : CLI_ERROR;
}
