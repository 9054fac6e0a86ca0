// SPDX-License-Identifier: Apache-2.0
// Every shipped style: the Vulkan backend's bytes are the CPU backend's, live and exact, at odd sizes.
#include "engine_fixture_vulkan.h"

static struct artem_network *network;
static struct vulkan_device *device;
static int styles;

// A scene of edges and slopes that moves: some frames with statistics of the frames before, one exact, one cut.
static void draw(struct pictures *p, int frame)
{
    for (uint32_t v = 0; v < p->frame.views; v++) {
        const struct artem_engine_view *view = &p->frame.view[v];
        for (uint32_t y = 0; y < view->height; y++)
            for (uint32_t x = 0; x < view->width; x++) {
                uint8_t *pixel = p->in[v] + y * view->in_stride + (size_t)x * 4;
                const uint32_t t = x + (uint32_t)frame * 2;
                pixel[0] = (uint8_t)(frame == 3 ? 255 - (y * 7 & 255) : (t / 8 + y / 12) % 2 ? 200 : 40);
                pixel[1] = (uint8_t)(t * 3 + y);
                pixel[2] = (uint8_t)(y * 5);
            }
    }
}

static int test_style(void *user, const char *name, const char *path)
{
    struct artem_style *style = NULL;

    (void)user;
    (void)path;
    CHECK_INT(artem_library_load_style(name, &style), ARTEM_OK);
    if (style == NULL || style->network_id != network->id) { // one of the user's own for another network
        artem_style_unref(&style);
        return 0;
    }
    struct artem_engine *engine = vulkan_engine_make(network, style, device);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 2);
    for (int frame = 0; frame < 5; frame++) {
        struct pictures p = {0};
        pictures_add(&p, 60, 44);
        pictures_add(&p, 60, 44);
        draw(&p, frame);
        p.frame.exact = frame == 4;
        struct pictures expected = pictures_twin(&p);
        engine_run(cpu, &expected);
        pictures_clear(&p);
        engine_run(engine, &p);
        pictures_compare(name, &p, &expected);
        pictures_free(&p);
        pictures_free(&expected);
    }
    styles++;
    artem_engine_destroy(&engine);
    artem_engine_destroy(&cpu);
    artem_style_unref(&style);
    return 0;
}

int main(void)
{
    setenv("XDG_DATA_HOME", "/nonexistent", 1); // shipped styles only
    device = device_open();
    if (device == NULL)
        return test_failures > 0 ? test_result() : TEST_SKIPPED;
    CHECK_INT(artem_library_load_network(&network), ARTEM_OK);
    if (network != NULL)
        artem_library_list(test_style, NULL);
    CHECK(styles >= 10);
    artem_network_unref(&network);
    vulkan_device_destroy(&device);
    CHECK_INT(host_close(), 0);
    return test_result();
}
