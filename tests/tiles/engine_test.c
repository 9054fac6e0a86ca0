// SPDX-License-Identifier: Apache-2.0
// Frames cut among devices on the processor, of different kernels and threads, against one device: every byte, over
// sequences with cuts, blank and exact frames, at odd sizes and with uneven shares. And every shipped style.
#include "compare_fixture.h"

static struct artem_network *network;
static struct artem_style *style;
static struct artem_backend_ops ops;

static const double even[ARTEM_DEVICES_MAX] = {1, 1, 1, 1}, uneven[ARTEM_DEVICES_MAX] = {3, 1, 5, 2},
                    lean[ARTEM_DEVICES_MAX] = {1, 40}, // one has hardly anything
    late[ARTEM_DEVICES_MAX] = {6, 1};                  // the second view is cut

static void test_sequence(const struct view_size *sizes, uint32_t views, uint32_t count, const double *weights)
{
    struct multi_source sources[ARTEM_DEVICES_MAX];

    for (uint32_t i = 0; i < count; i++)
        sources[i] = variant_source(&ops, i);
    compare_sequence(network, style, sizes, views, sources, count, weights);
}

// Smaller than any cut: one device paints it, the frames after it are cut again.
static void test_small(void)
{
    struct multi_source sources[2] = {variant_source(&ops, 0), variant_source(&ops, 1)};
    void *multi = tiles_make(network, style, sources, 2, even);
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 1);
    static const struct {
        struct view_size size;
        uint32_t used;
    } steps[] = {{{4, 4}, 1}, {{8, 4}, 2}, {{4, 4}, 1}, {{4, 12}, 2}, {{64, 48}, 2}};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct pictures p = pictures_of_sizes(&steps[i].size, 1);
        pictures_fill(&p, NOISE);
        struct pictures expected = pictures_twin(&p);
        engine_run(one, &expected);
        tiles_run(multi, &p);
        pictures_compare("small", &p, &expected);
        CHECK_INT(tiles_used(multi), steps[i].used);
        pictures_free(&p);
        pictures_free(&expected);
    }
    artem_backend_multi.destroy(multi);
    artem_engine_destroy(&one);
}

// By speed, through the public interface: what is cut how is not known, the bytes are.
static void test_list(void)
{
    const struct artem_engine_params params = {.devices = "cpu:0,cpu:3", .threads = 2, .network = network};
    struct artem_engine *several = NULL, *one = engine_make(network, style, artem_cpu_detect(), 1);
    struct artem_device_report reports[ARTEM_DEVICES_MAX];

    CHECK_INT(artem_engine_create(&params, &several), ARTEM_OK);
    CHECK_INT(artem_engine_set_style(several, style), ARTEM_OK);
    CHECK_STR(artem_engine_get_backend(several), "multi");
    for (int i = 0; i < 12; i++) {
        struct pictures p = pictures_alloc(i < 6 ? 404 : 396, 404, 1); // the first ones are tried before
        pictures_smooth(&p);
        p.frame.exact = i % 6 == 5;
        p.frame.resolution = i > 8 ? 512 : 0;
        struct pictures expected = pictures_twin(&p);
        engine_run(one, &expected);
        pictures_clear(&p);
        engine_run(several, &p);
        pictures_compare("by speed", &p, &expected);
        CHECK_INT(artem_engine_get_devices(several, reports), 2);
        CHECK_STR(reports[1].name, "cpu:3");
        CHECK_INT(reports[0].cells + reports[1].cells, (uint64_t)p.frame.view[0].width * 404 / 16);
        pictures_free(&p);
        pictures_free(&expected);
    }
    CHECK_INT(artem_engine_get_devices(one, reports), 0);
    artem_engine_destroy(&several);
    artem_engine_destroy(&one);
}

static void test_refusals(void)
{
    struct artem_engine_params params = {.devices = "cpu:0,abacus:0", .network = network};
    struct artem_engine *engine = NULL;
    struct artem_backend_ops whole = ops;
    const struct multi_source source = {.ops = &whole, .params = {.backend = "c"}, .name = "whole:0"};
    void *multi = NULL;

    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_ARGUMENT);
    whole.submit_step = NULL;
    CHECK_INT(multi_create(network, &source, 1, &multi), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL && multi == NULL);
}

static void fill(struct pictures *p, int frame)
{
    pictures_fill(p, frame == 1 ? PATTERN : NOISE);
    if (frame != 1)
        pictures_smooth(p);
    p->frame.exact = frame == 2;
}

static void test_styles(void)
{
    static const struct view_size sizes[] = {{180, 68}, {84, 124}};
    const struct multi_source sources[] = {variant_source(&ops, 0), variant_source(&ops, 1), variant_source(&ops, 2)};
    struct styles_test test = {sizes, sources, 3, uneven, 3, fill, NULL, 0};

    styles_test_all(&test);
}

// With an argument, only as much as ThreadSanitizer needs to see.
int main(int argc, char **argv)
{
    (void)argv;
    static const struct view_size eyes[] = {{140, 92}, {140, 92}}, wide[] = {{332, 36}},
                                  tall[] = {{20, 236}, {12, 260}}, four[] = {{60, 44}, {4, 4}, {36, 84}, {8, 60}};

    ops = variant_ops();
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    if (argc > 1)
        test_sequence((struct view_size[]){{44, 36}, {36, 28}}, 2, 3, uneven);
    for (uint32_t count = 1; count <= 4 && argc == 1; count++) {
        test_sequence(eyes, 2, count, even);
        test_sequence(eyes, 2, count, uneven);
    }
    if (argc > 1)
        goto end;
    test_sequence(wide, 1, 3, uneven);
    test_sequence(tall, 2, 3, uneven);
    test_sequence(tall, 2, 2, lean);
    test_sequence(tall, 2, 2, late);
    test_sequence(four, 4, 4, even);
    test_small();
    test_list();
    test_refusals();
    test_styles();
end:
    artem_style_unref(&style);
    artem_network_unref(&network);
    return test_result();
}
