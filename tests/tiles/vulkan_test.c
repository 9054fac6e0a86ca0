// SPDX-License-Identifier: Apache-2.0
// Frames that the processor and Vulkan devices share, against one device: every byte, and not a word of the validation
// layer. On lavapipe where there is no GPU.
#include "compare_fixture.h"

#include "artem/engine_vulkan.h"
#include "vulkan_host.h"

static struct artem_network *network;
static struct artem_style *style;
static struct vulkan_device *device;
static struct artem_backend_ops cpu_ops;

// The test's device, which the validation layer watches; the processor, slow; a device of the engine's own; the
// processor, fast.
static void list_sources(struct multi_source sources[4])
{
    static struct artem_engine_vulkan share;

    share.device = device;
    sources[0] = (struct multi_source){&artem_backend_vulkan, {.vulkan = &share}, "vulkan:0", true};
    sources[1] = variant_source(&cpu_ops, 1);
    sources[2] = (struct multi_source){&artem_backend_vulkan, {0}, "vulkan:1", true};
    sources[3] = variant_source(&cpu_ops, 0);
}

static void test_sequence(const struct view_size *sizes, uint32_t views, uint32_t count, const double *weights)
{
    struct multi_source sources[4];

    list_sources(sources);
    compare_sequence(network, style, sizes, views, sources, count, weights);
}

// Live and exact.
static void fill(struct pictures *p, int frame)
{
    pictures_smooth(p);
    p->frame.exact = frame == 1;
}

static void test_styles(void)
{
    static const struct view_size sizes[] = {{92, 44}, {36, 60}};
    static const double weights[ARTEM_DEVICES_MAX] = {1, 2};
    struct multi_source sources[4];
    struct styles_test test = {sizes, sources, 2, weights, 2, fill, NULL, 0};

    list_sources(sources);
    styles_test_all(&test);
}

// By name; there are not 63 Vulkan devices.
static void test_list(void)
{
    struct artem_engine_params params = {.devices = "cpu:0,vulkan:63", .network = network};
    struct artem_engine *engine = NULL;

    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL);
    params.devices = "vulkan:0,cpu:0";
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    struct pictures p = pictures_alloc(244, 212, 1), expected = pictures_twin(&p);
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 1);
    engine_run(one, &expected);
    engine_run(engine, &p);
    pictures_compare("by name", &p, &expected);
    pictures_free(&p);
    pictures_free(&expected);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&one);
}

int main(void)
{
    static const double even[ARTEM_DEVICES_MAX] = {1, 1, 1, 1}, uneven[ARTEM_DEVICES_MAX] = {2, 1, 1, 3};
    struct vulkan_device_params params;
    const char *missing = host_open(&params);

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    CHECK_INT(vulkan_device_create(&params, &device), ARTEM_OK);
    cpu_ops = variant_ops();
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    test_sequence((struct view_size[]){{60, 44}}, 1, 1, even);
    test_sequence((struct view_size[]){{60, 44}, {60, 44}}, 2, 2, uneven);
    test_sequence((struct view_size[]){{92, 36}, {20, 4}}, 2, 3, even);
    test_sequence((struct view_size[]){{36, 124}}, 1, 4, uneven);
    test_styles();
    test_list();
    artem_style_unref(&style);
    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0);
    return test_result();
}
