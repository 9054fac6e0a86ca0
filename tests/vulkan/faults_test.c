// SPDX-License-Identifier: Apache-2.0
// The Vulkan backend when the device fails: every call that can fail is made to, once each, at creation and in frames.
// The engine says so, gives everything back, and paints on as if nothing had been. And what a frame costs when nothing
// fails: one submission of at most two command buffers, and nothing allocated.
#include "engine_fixture_vulkan.h"

static struct artem_network *network;
static struct artem_style *style, *second;
static struct vulkan_device *device; // the true one
static struct vulkan_device weak;    // the same with calls that may fail

static int calls, fail_at; // counted from 1; 0: none fails
static int made, submissions, command_buffers, waits_to_time_out;

static bool fails(void)
{
    return ++calls == fail_at;
}

#define WEAK(name, params, args, error)                                                                                \
    static VKAPI_ATTR VkResult VKAPI_CALL weak_##name params                                                           \
    {                                                                                                                  \
        if (fails())                                                                                                   \
            return error;                                                                                              \
        return device->name args;                                                                                      \
    }
#define MAKES(name, params, args)                                                                                      \
    static VKAPI_ATTR VkResult VKAPI_CALL weak_##name params                                                           \
    {                                                                                                                  \
        made++;                                                                                                        \
        if (fails())                                                                                                   \
            return VK_ERROR_OUT_OF_DEVICE_MEMORY;                                                                      \
        return device->name args;                                                                                      \
    }

MAKES(vkAllocateMemory, (VkDevice d, const VkMemoryAllocateInfo *i, const VkAllocationCallbacks *a, VkDeviceMemory *m),
      (d, i, a, m))
MAKES(vkCreateBuffer, (VkDevice d, const VkBufferCreateInfo *i, const VkAllocationCallbacks *a, VkBuffer *b),
      (d, i, a, b))
MAKES(vkCreateDescriptorSetLayout,
      (VkDevice d, const VkDescriptorSetLayoutCreateInfo *i, const VkAllocationCallbacks *a, VkDescriptorSetLayout *l),
      (d, i, a, l))
MAKES(vkCreatePipelineLayout,
      (VkDevice d, const VkPipelineLayoutCreateInfo *i, const VkAllocationCallbacks *a, VkPipelineLayout *l),
      (d, i, a, l))
MAKES(vkCreateShaderModule,
      (VkDevice d, const VkShaderModuleCreateInfo *i, const VkAllocationCallbacks *a, VkShaderModule *m), (d, i, a, m))
MAKES(vkCreateDescriptorPool,
      (VkDevice d, const VkDescriptorPoolCreateInfo *i, const VkAllocationCallbacks *a, VkDescriptorPool *p),
      (d, i, a, p))
MAKES(vkAllocateDescriptorSets, (VkDevice d, const VkDescriptorSetAllocateInfo *i, VkDescriptorSet *s), (d, i, s))
MAKES(vkCreateCommandPool,
      (VkDevice d, const VkCommandPoolCreateInfo *i, const VkAllocationCallbacks *a, VkCommandPool *p), (d, i, a, p))
MAKES(vkAllocateCommandBuffers, (VkDevice d, const VkCommandBufferAllocateInfo *i, VkCommandBuffer *c), (d, i, c))
MAKES(vkCreateFence, (VkDevice d, const VkFenceCreateInfo *i, const VkAllocationCallbacks *a, VkFence *f), (d, i, a, f))
MAKES(vkCreateQueryPool, (VkDevice d, const VkQueryPoolCreateInfo *i, const VkAllocationCallbacks *a, VkQueryPool *q),
      (d, i, a, q))
WEAK(vkBindBufferMemory, (VkDevice d, VkBuffer b, VkDeviceMemory m, VkDeviceSize o), (d, b, m, o),
     VK_ERROR_OUT_OF_DEVICE_MEMORY)
WEAK(vkMapMemory, (VkDevice d, VkDeviceMemory m, VkDeviceSize o, VkDeviceSize s, VkMemoryMapFlags f, void **p),
     (d, m, o, s, f, p), VK_ERROR_MEMORY_MAP_FAILED)
WEAK(vkBeginCommandBuffer, (VkCommandBuffer c, const VkCommandBufferBeginInfo *i), (c, i), VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkEndCommandBuffer, (VkCommandBuffer c), (c), VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkResetFences, (VkDevice d, uint32_t n, const VkFence *f), (d, n, f), VK_ERROR_OUT_OF_DEVICE_MEMORY)

static VKAPI_ATTR VkResult VKAPI_CALL weak_vkCreateComputePipelines(VkDevice d, VkPipelineCache c, uint32_t n,
                                                                    const VkComputePipelineCreateInfo *i,
                                                                    const VkAllocationCallbacks *a, VkPipeline *p)
{
    made++;
    if (fails())
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    return device->vkCreateComputePipelines(d, c, n, i, a, p);
}

// A cache that cannot be made is no error.
static VKAPI_ATTR VkResult VKAPI_CALL weak_vkCreatePipelineCache(VkDevice d, const VkPipelineCacheCreateInfo *i,
                                                                 const VkAllocationCallbacks *a, VkPipelineCache *c)
{
    (void)d;
    (void)i;
    (void)a;
    *c = VK_NULL_HANDLE;
    return VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR VkResult VKAPI_CALL weak_vkQueueSubmit(VkQueue q, uint32_t n, const VkSubmitInfo *i, VkFence f)
{
    submissions++;
    for (uint32_t k = 0; k < n; k++)
        command_buffers += (int)i[k].commandBufferCount;
    if (fails())
        return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    return device->vkQueueSubmit(q, n, i, f);
}

static VKAPI_ATTR VkResult VKAPI_CALL weak_vkWaitForFences(VkDevice d, uint32_t n, const VkFence *f, VkBool32 all,
                                                           uint64_t timeout)
{
    if (waits_to_time_out > 0) {
        waits_to_time_out--;
        return VK_TIMEOUT;
    }
    const VkResult result = device->vkWaitForFences(d, n, f, all, timeout);
    return fails() ? VK_ERROR_DEVICE_LOST : result;
}

static void weaken(void)
{
    weak = *device;
#define USE(name) weak.name = weak_##name
    USE(vkAllocateMemory);
    USE(vkCreateBuffer);
    USE(vkCreateDescriptorSetLayout);
    USE(vkCreatePipelineLayout);
    USE(vkCreateShaderModule);
    USE(vkCreateDescriptorPool);
    USE(vkAllocateDescriptorSets);
    USE(vkCreateCommandPool);
    USE(vkAllocateCommandBuffers);
    USE(vkCreateFence);
    USE(vkCreateQueryPool);
    USE(vkBindBufferMemory);
    USE(vkMapMemory);
    USE(vkBeginCommandBuffer);
    USE(vkEndCommandBuffer);
    USE(vkResetFences);
    USE(vkCreateComputePipelines);
    USE(vkQueueSubmit);
    USE(vkWaitForFences);
#undef USE
}

static void reset(int at)
{
    calls = 0;
    fail_at = at;
    made = submissions = command_buffers = 0;
}

static void test_creation(void)
{
    const struct artem_engine_vulkan share = {.device = &weak};
    const struct artem_engine_params params = {.backend = "vulkan", .network = network, .vulkan = &share};
    struct artem_engine *engine = NULL;
    int at = 1;

    for (;; at++) {
        reset(at);
        const enum artem_result result = artem_engine_create(&params, &engine);
        if (calls < at)
            break;
        CHECK(result == ARTEM_ERROR_MEMORY || result == ARTEM_ERROR_DEVICE);
        CHECK(engine == NULL);
    }
    CHECK(at > 40); // or nothing was tested
    reset(0);
    artem_engine_destroy(&engine);
}

// Frames of three sizes: one larger than any before makes buffers, one of another shape makes commands.
static void test_frames(void)
{
    static const struct {
        uint32_t width, height;
    } sizes[3] = {{12, 8}, {20, 24}, {12, 8}};
    struct artem_engine *engine = vulkan_engine_make(network, style, &weak);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
    int tested = 0;

    for (int size = 0; size < 3; size++) {
        for (int at = 1;; at++) {
            struct pictures p = pictures_alloc(sizes[size].width, sizes[size].height, 2);
            pictures_fill(&p, NOISE);
            struct pictures expected = pictures_twin(&p);
            reset(at);
            enum artem_result result = artem_engine_submit(engine, &p.frame);
            if (result == ARTEM_OK)
                result = artem_engine_wait(engine, UINT64_MAX);
            if (calls < at) {
                CHECK_INT(result, ARTEM_OK);
                reset(0);
                pictures_free(&p);
                pictures_free(&expected);
                break;
            }
            CHECK(result == ARTEM_ERROR_MEMORY || result == ARTEM_ERROR_DEVICE);
            tested++;
            // A new start, and the same frame is painted as ever.
            reset(0);
            CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
            CHECK_INT(artem_engine_set_style(cpu, style), ARTEM_OK);
            pictures_clear(&p);
            engine_run(engine, &p);
            engine_run(cpu, &expected);
            pictures_compare("after a failure", &p, &expected);
            // Buffers and commands of another size, so that the next round has to make them anew.
            struct pictures other = pictures_alloc(4, 4, 1);
            engine_run(engine, &other);
            pictures_free(&other);
            pictures_free(&p);
            pictures_free(&expected);
        }
    }
    CHECK(tested > 10);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&cpu);
}

static void test_costs(void)
{
    struct artem_engine *engine = vulkan_engine_make(network, style, &weak);
    struct pictures p = pictures_alloc(20, 12, 2);

    pictures_fill(&p, NOISE);
    reset(0);
    engine_run(engine, &p);
    CHECK(made > 0);
    CHECK_INT(submissions, 1);
    CHECK_INT(command_buffers, 3); // two halves of the frame; the style's parameters come with it
    for (int i = 0; i < 3; i++) {
        pictures_fill(&p, i == 1 ? PATTERN : NOISE); // a cut among them
        reset(0);
        engine_run(engine, &p);
        CHECK_INT(made, 0);
        CHECK_INT(submissions, 1);
        CHECK_INT(command_buffers, 2);
    }
    reset(0);
    CHECK_INT(artem_engine_set_style(engine, second), ARTEM_OK);
    engine_run(engine, &p);
    CHECK_INT(made, 0);
    CHECK_INT(submissions, 1);
    CHECK_INT(command_buffers, 3);
    artem_engine_destroy(&engine);
    pictures_free(&p);
}

// A late frame is picked up later; what the caller may not do in the meantime is refused.
static void test_timeout(void)
{
    struct artem_engine *engine = vulkan_engine_make(network, style, &weak);
    struct pictures p = pictures_alloc(20, 12, 1);
    pictures_fill(&p, NOISE);
    struct pictures expected = pictures_twin(&p);

    reset(0);
    engine_run(engine, &expected);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    pictures_clear(&p);
    waits_to_time_out = 2;
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_OK);
    engine_check_refusals(engine, &p, second);
    CHECK_INT(artem_engine_wait(engine, UINT64_MAX), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, 0), ARTEM_ERROR_ARGUMENT);
    pictures_compare("late", &p, &expected);
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_OK);
    artem_engine_destroy(&engine); // waits
    pictures_free(&p);
    pictures_free(&expected);
}

int main(void)
{
    device = device_open();
    if (device == NULL)
        return test_failures > 0 ? test_result() : TEST_SKIPPED;
    weaken();
    network = random_network(77);
    style = random_style(77);
    second = random_style(77);
    calibrate(style, network);
    calibrate(second, network);
    test_creation();
    test_frames();
    test_costs();
    test_timeout();
    weak.vkCreatePipelineCache = weak_vkCreatePipelineCache;
    test_timeout();
    artem_style_unref(&style);
    artem_style_unref(&second);
    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0);
    return test_result();
}
