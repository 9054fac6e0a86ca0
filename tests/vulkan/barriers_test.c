// SPDX-License-Identifier: Apache-2.0
// What the commands of a frame wait for. On devices without parallelism between dispatches, where the other tests may
// run, a barrier that is missing changes nothing, and the validation layer does not look at what shaders read.
#include "engine_fixture_vulkan.h"

enum { DISPATCHES_MAX = 64, UNITS = 10, VIEWS = 2 };

// Dispatches with nothing between them, which must not need each other's results.
static struct group {
    unsigned dispatches;
    bool indirect;
} groups[DISPATCHES_MAX];
static unsigned group_count, indirect_barriers;
static bool waits; // for all that shaders have written so far
static struct vulkan_device real, watched;

static void add_dispatch(bool indirect)
{
    if (waits || group_count == 0)
        group_count++;
    CHECK(group_count < DISPATCHES_MAX);
    groups[group_count - 1].dispatches++;
    groups[group_count - 1].indirect = indirect;
    waits = false;
}

static VKAPI_ATTR void VKAPI_CALL dispatch(VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z)
{
    add_dispatch(false);
    real.vkCmdDispatch(commands, x, y, z);
}

static VKAPI_ATTR void VKAPI_CALL dispatch_indirect(VkCommandBuffer commands, VkBuffer buffer, VkDeviceSize offset)
{
    add_dispatch(true);
    real.vkCmdDispatchIndirect(commands, buffer, offset);
}

static VKAPI_ATTR void VKAPI_CALL barrier(VkCommandBuffer commands, VkPipelineStageFlags from, VkPipelineStageFlags to,
                                          VkDependencyFlags flags, uint32_t count, const VkMemoryBarrier *memory,
                                          uint32_t buffers, const VkBufferMemoryBarrier *buffer, uint32_t images,
                                          const VkImageMemoryBarrier *image)
{
    const VkAccessFlags any = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT;

    for (uint32_t i = 0; i < count; i++)
        if ((from & VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT) != 0 && (to & VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT) != 0 &&
            (memory[i].srcAccessMask & VK_ACCESS_SHADER_WRITE_BIT) != 0 && (memory[i].dstAccessMask & any) == any) {
            waits = true;
            indirect_barriers += (to & VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT) != 0 &&
                                 (memory[i].dstAccessMask & VK_ACCESS_INDIRECT_COMMAND_READ_BIT) != 0;
        }
    real.vkCmdPipelineBarrier(commands, from, to, flags, count, memory, buffers, buffer, images, image);
}

static void expect_group(unsigned *at, unsigned dispatches, bool indirect)
{
    CHECK_INT(groups[*at].dispatches, dispatches);
    CHECK_INT(groups[*at].indirect, indirect);
    ++*at;
}

static void test_frame(struct artem_network *network, struct artem_style *style)
{
    struct artem_engine *engine = vulkan_engine_make(network, style, &watched);
    struct pictures p = pictures_alloc(16, 12, VIEWS);
    unsigned at = 0;

    pictures_fill(&p, NOISE);
    engine_run(engine, &p);
    expect_group(&at, VIEWS + 1, false); // each view's input, and the gains of all layers
    expect_group(&at, 1, false);         // encoder
    expect_group(&at, 1, false);         // whether it is a cut
    expect_group(&at, 1, true);          // the encoder anew
    for (unsigned i = 0; i < UNITS; i++) {
        expect_group(&at, 1, true); // its sums
        expect_group(&at, 1, true); // its gains
        expect_group(&at, 1, false);
    }
    expect_group(&at, 1, false);     // d0
    expect_group(&at, 2, false);     // d1, and the statistics of the units
    expect_group(&at, VIEWS, false); // d2
    CHECK_INT(group_count, at);
    CHECK_INT(indirect_barriers, 1); // after the decision: on some devices they are dear
    // The same commands again.
    engine_run(engine, &p);
    CHECK_INT(group_count, at);
    pictures_free(&p);
    artem_engine_destroy(&engine);
}

int main(void)
{
    struct vulkan_device *device = device_open();
    struct artem_network *network;
    struct artem_style *style;

    if (device == NULL)
        return test_failures > 0 ? test_result() : TEST_SKIPPED;
    real = watched = *device;
    watched.vkCmdDispatch = dispatch;
    watched.vkCmdDispatchIndirect = dispatch_indirect;
    watched.vkCmdPipelineBarrier = barrier;
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    test_frame(network, style);
    artem_style_unref(&style);
    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0);
    return test_result();
}
