// SPDX-License-Identifier: Apache-2.0
// The Vulkan backend against the naive network over sequences of frames: every byte, and not a word of the validation
// layer. Pictures from memory and in buffers of the device; integer dot products where the device has them.
#include "engine_fixture_vulkan.h"

#include "artem_vk/memory.h"
#include "network_layout.h"

static struct artem_network *network;
static struct artem_style *style, *second;
static struct vulkan_device *device;

// Buffers of the device instead of memory; seen by the CPU, so that the test can fill and read them.
struct device_pictures {
    struct artem_engine_frame frame;
    struct vk_buffer in[ARTEM_MAX_VIEWS], out[ARTEM_MAX_VIEWS];
};

static void device_pictures_make(struct device_pictures *to, const struct pictures *from)
{
    memset(to, 0, sizeof *to);
    to->frame = from->frame;
    for (uint32_t v = 0; v < from->frame.views; v++) {
        struct artem_engine_view *view = &to->frame.view[v];
        const size_t row = (size_t)view->width * 4;
        CHECK_INT(vk_buffer_create(device, row * view->height, VK_PLACE_HOST, &to->in[v]), ARTEM_OK);
        CHECK_INT(vk_buffer_create(device, row * view->height, VK_PLACE_HOST, &to->out[v]), ARTEM_OK);
        for (uint32_t y = 0; y < view->height; y++)
            memcpy((uint8_t *)to->in[v].data + y * row, from->in[v] + y * view->in_stride, row);
        view->in = NULL;
        view->out = NULL;
        view->in_buffer = (uint64_t)(uintptr_t)to->in[v].handle;
        view->out_buffer = (uint64_t)(uintptr_t)to->out[v].handle;
        view->in_serial = to->in[v].serial;
        view->out_serial = to->out[v].serial;
    }
}

static void device_pictures_read(const struct device_pictures *from, struct pictures *to)
{
    for (uint32_t v = 0; v < to->frame.views; v++) {
        const struct artem_engine_view *view = &to->frame.view[v];
        const size_t row = (size_t)view->width * 4;
        for (uint32_t y = 0; y < view->height; y++)
            memcpy(to->out[v] + y * view->out_stride, (uint8_t *)from->out[v].data + y * row, row);
    }
}

static void device_pictures_free(struct device_pictures *p)
{
    for (uint32_t v = 0; v < p->frame.views; v++) {
        vk_buffer_destroy(device, &p->in[v]);
        vk_buffer_destroy(device, &p->out[v]);
    }
}

static void run_in_buffers(struct artem_engine *engine, struct pictures *p)
{
    struct device_pictures buffers;

    device_pictures_make(&buffers, p);
    CHECK_INT(artem_engine_submit(engine, &buffers.frame), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, UINT64_MAX), ARTEM_OK);
    device_pictures_read(&buffers, p);
    device_pictures_free(&buffers);
}

// Lagged frames with exact ones in between: state, blank and cut rules all show in the pictures.
static void test_sequence(const struct view_size *sizes, uint32_t views, bool dot)
{
    static const enum picture kinds[] = {NOISE, NOISE, FLAT, PATTERN, NOISE, FLAT, PATTERN, NOISE};
    enum { FRAMES = sizeof kinds / sizeof kinds[0] };
    struct artem_engine *engine = vulkan_engine_make(network, style, dot ? NULL : device);
    struct artem_engine *buffers = dot ? NULL : vulkan_engine_make(network, style, device);
    struct artem_engine_stats stats;
    struct naive naive;
    int blanks = 0;
    uint64_t cuts = 0;

    naive_restart(&naive, network, style);
    for (int i = 0; i < FRAMES; i++) {
        struct pictures p = pictures_of_sizes(sizes, views);
        pictures_fill(&p, kinds[i]);
        p.frame.exact = i == 4 || i == 5;
        struct pictures expected = pictures_twin(&p);
        naive_frame(&naive, &expected.frame);
        blanks += naive.blank;
        cuts += naive.cut;
        pictures_clear(&p);
        engine_run(engine, &p);
        pictures_compare(dot ? "dot products" : "memory", &p, &expected);
        if (buffers != NULL) {
            pictures_clear(&p);
            run_in_buffers(buffers, &p);
            pictures_compare("buffers", &p, &expected);
        }
        pictures_free(&p);
        pictures_free(&expected);
    }
    CHECK(cuts > 0 && blanks == 2); // or the sequence tests less than it says
    artem_engine_get_stats(engine, &stats);
    CHECK_INT(stats.frames, FRAMES);
    CHECK_INT(stats.cuts, cuts);
    CHECK(stats.memory_bytes > 500000);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&buffers);
}

// Frames of other views and sizes: statistics go on. Another resolution or style: they restart.
static void test_changes(void)
{
    static const struct {
        uint32_t resolution, views;
        struct view_size sizes[4];
        bool second;
    } steps[] = {
        {512, 2, {{20, 12}, {20, 12}}, false}, {512, 1, {{12, 8}}, false},
        {512, 2, {{8, 16}, {20, 12}}, false},  {512, 4, {{28, 20}, {4, 4}, {4, 36}, {40, 4}}, false},
        {512, 2, {{20, 12}, {20, 12}}, true},  {256, 2, {{20, 12}, {20, 12}}, true},
        {256, 1, {{20, 12}}, false},           {0, 1, {{20, 12}}, false},
    };
    struct artem_engine *engine = vulkan_engine_make(network, style, device);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
    bool is_second = false;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct pictures p = pictures_of_sizes(steps[i].sizes, steps[i].views);
        char what[64];
        snprintf(what, sizeof what, "changes, step %zu", i);
        pictures_fill(&p, NOISE);
        p.frame.resolution = steps[i].resolution;
        struct pictures expected = pictures_twin(&p);
        if (steps[i].second != is_second) {
            is_second = steps[i].second;
            CHECK_INT(artem_engine_set_style(engine, is_second ? second : style), ARTEM_OK);
            CHECK_INT(artem_engine_set_style(cpu, is_second ? second : style), ARTEM_OK);
        }
        engine_run(cpu, &expected);
        pictures_clear(&p);
        engine_run(engine, &p);
        pictures_compare(what, &p, &expected);
        pictures_free(&p);
        pictures_free(&expected);
    }
    artem_engine_destroy(&engine);
    artem_engine_destroy(&cpu);
}

static void test_arguments(void)
{
    struct artem_engine *engine = vulkan_engine_make(network, style, device);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
    struct artem_style *foreign = random_style(network->id + 1);
    struct pictures p = pictures_alloc(16, 16, 2);
    struct pictures huge = {.frame.views = 0};
    struct artem_pass passes[ARTEM_PASSES_MAX];
    const struct artem_engine_frame good = p.frame;

    CHECK_INT(artem_engine_get_passes(engine, passes), 0); // no frame yet
    CHECK_INT(artem_engine_get_passes(cpu, passes), 0);
    CHECK_INT(artem_engine_get_passes(NULL, passes), 0);
    CHECK_INT(artem_engine_set_style(engine, foreign), ARTEM_ERROR_VERSION);
    p.frame.view[1].in_buffer = 1; // as well as memory
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_ARGUMENT);
    p.frame.view[1].in = NULL;
    p.frame.view[1].out = NULL; // painted to nowhere
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_ARGUMENT);
    p.frame.view[1].out_buffer = 1;
    CHECK_INT(artem_engine_submit(cpu, &p.frame), ARTEM_ERROR_ARGUMENT); // the CPU has no such buffers
    p.frame = good;

    struct pictures expected = pictures_twin(&p);
    engine_run(cpu, &expected);
    pictures_clear(&p);
    engine_run(engine, &p);
    pictures_compare("after refusals", &p, &expected);
    struct artem_engine *unasked = vulkan_engine_make(network, style, device);
    struct artem_engine_stats stats;
    pictures_clear(&p);
    engine_run(unasked, &p);
    pictures_compare("without the passes' times", &p, &expected);
    artem_engine_get_stats(unasked, &stats);
    CHECK((stats.milliseconds > 0) == (device->timestamp_ms > 0));
    CHECK_INT(artem_engine_get_passes(unasked, passes), 0);
    engine_run(unasked, &p);
    CHECK((artem_engine_get_passes(unasked, passes) > 10) == (device->timestamp_ms > 0));
    artem_engine_destroy(&unasked);
    if (device->timestamp_ms > 0) {
        const uint32_t count = artem_engine_get_passes(engine, passes);
        CHECK(count > 10);
        CHECK(count > 0 && strcmp(passes[0].name, "input") == 0 && strcmp(passes[count - 1].name, "d2") == 0);
    }

    // Eight pictures of the largest size are more than one binding may hold on some devices; nothing is lost by it.
    if ((VkDeviceSize)8 * (1 << 18) * NET_PLANES * sizeof(uint32_t) > device->max_buffer_range) {
        for (uint32_t v = 0; v < ARTEM_MAX_VIEWS; v++) {
            huge.frame.view[v] = (struct artem_engine_view){
                .width = 2048, .height = 2048, .in = p.in[0], .out = p.out[0], .in_stride = 8192, .out_stride = 8192};
            huge.frame.views++;
        }
        CHECK_INT(artem_engine_submit(engine, &huge.frame), ARTEM_ERROR_UNSUPPORTED);
        engine_run(cpu, &expected);
        engine_run(engine, &p);
        pictures_compare("after a frame that is too large", &p, &expected);
    }
    artem_style_unref(&foreign);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&cpu);
    pictures_free(&p);
    pictures_free(&expected);
}

int main(void)
{
    device = device_open();
    if (device == NULL)
        return test_failures > 0 ? test_result() : TEST_SKIPPED;
    network = random_network(77);
    style = random_style(77);
    second = random_style(77);
    calibrate(style, network);
    calibrate(second, network);
    test_sequence((struct view_size[]){{12, 8}, {12, 8}}, 2, false);
    test_sequence((struct view_size[]){{20, 12}}, 1, false);
    test_sequence((struct view_size[]){{4, 4}, {4, 4}}, 2, false);
    test_sequence((struct view_size[]){{264, 4}}, 1, false); // more than one workgroup
    test_sequence((struct view_size[]){{4, 260}, {36, 28}}, 2, false);
    test_sequence((struct view_size[]){{8, 4}, {64, 68}}, 2, false); // workgroups that only the larger one needs
    test_sequence((struct view_size[]){{8, 4}, {4, 20}, {24, 8}}, 3, false);
    test_sequence((struct view_size[]){{4, 4}, {4, 8}, {8, 4}, {4, 12}, {12, 4}, {4, 4}, {8, 8}, {4, 20}}, 8, false);
    setenv("ARTEM_VULKAN_DOT", "on", 1);
    test_sequence((struct view_size[]){{20, 12}, {12, 16}}, 2, true);
    setenv("ARTEM_VULKAN_DOT", "signed", 1);
    test_sequence((struct view_size[]){{20, 12}, {12, 16}}, 2, true);
    setenv("ARTEM_VULKAN_DOT", "off", 1);
    test_sequence((struct view_size[]){{20, 12}, {12, 16}}, 2, true);
    test_changes();
    test_arguments();
    artem_style_unref(&style);
    artem_style_unref(&second);
    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0); // messages of the validation layer
    return test_result();
}
