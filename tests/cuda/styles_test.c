// SPDX-License-Identifier: Apache-2.0
// Every shipped style: the CUDA kernels' bytes are the CPU backend's, live and exact, at odd sizes.
#include "engine_fixture.h"
#include "network_fixture.h"

static struct artem_network *network;
static int styles;

// A scene of edges and slopes that moves.
static void draw(struct pictures *p, int frame)
{
    for (uint32_t v = 0; v < p->frame.views; v++)
        for (uint32_t y = 0; y < p->frame.view[v].height; y++)
            for (uint32_t x = 0; x < p->frame.view[v].width; x++) {
                uint8_t *pixel = p->in[v] + y * p->frame.view[v].in_stride + (size_t)x * 4;
                const uint32_t t = x + (uint32_t)frame * 3;
                pixel[0] = (uint8_t)((t / 8 + y / 12) % 2 ? 200 : 40);
                pixel[1] = (uint8_t)(t * 3 + y);
                pixel[2] = (uint8_t)(y * 5);
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
    // One chip and form after the other; network_test has them all.
    static const struct {
        int major, minor;
        enum artem_cuda_form form;
    } chips[] = {{9, 0, ARTEM_CUDA_FORM_WGMMA}, {8, 9, ARTEM_CUDA_FORM_AND}, {7, 5, ARTEM_CUDA_FORM_XOR}};
    const int chip = styles % 3;
    struct cuda_network net = cuda_network_make(chips[chip].major, chips[chip].minor, chips[chip].form, network, style);
    struct artem_engine *cpu = engine_make(network, style, ARTEM_CPU_C, 2);
    for (int frame = 0; frame < 3; frame++) {
        struct pictures p = {0};
        pictures_add(&p, 60, 44);
        draw(&p, frame);
        p.frame.exact = frame == 2;
        struct pictures expected = pictures_twin(&p);
        engine_run(cpu, &expected);
        cuda_network_run(&net, &p.frame);
        pictures_compare(name, &p, &expected);
        pictures_free(&p);
        pictures_free(&expected);
    }
    styles++;
    cuda_network_free(&net);
    artem_engine_destroy(&cpu);
    artem_style_unref(&style);
    return 0;
}

int main(void)
{
    setenv("XDG_DATA_HOME", "/nonexistent", 1); // shipped styles only
    CHECK_INT(artem_library_load_network(&network), ARTEM_OK);
    if (network != NULL)
        artem_library_list(test_style, NULL);
    CHECK(styles >= 10);
    artem_network_unref(&network);
    return test_result();
}
