// SPDX-License-Identifier: Apache-2.0
// The style file: the input as it is, and as changes to a shipped style with its checksum mended. Whatever the parser
// takes must be harmless in the network: it is blended, and painted with by the reference kernels and by the fastest
// ones, which must agree.
#include <string.h>

#include "artem/engine.h"
#include "crc32.h"
#include "fuzz.h"

enum { SIDE = 8, FRAMES = 2 };

static uint8_t *shipped;
static size_t shipped_size;
static struct artem_style *base;
static struct artem_engine *engines[2]; // reference, fastest
static uint8_t picture[SIDE * SIDE * 4];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct artem_network *network;

    (void)argc, (void)argv;
    shipped = fuzz_read_file(ARTEM_MODELS_DIR "/great_wave.artstyle", &shipped_size);
    FUZZ_REQUIRE(artem_style_parse(shipped, shipped_size, "shipped", &base) == ARTEM_OK);
    FUZZ_REQUIRE(artem_network_load(ARTEM_MODELS_DIR "/artem.artnet", &network) == ARTEM_OK);
    for (int i = 0; i < 2; i++) {
        const struct artem_engine_params params = {.backend = "cpu", .threads = 1, .network = network};

        if (i == 0)
            setenv("ARTEM_CPU", "c", 1);
        else
            unsetenv("ARTEM_CPU");
        FUZZ_REQUIRE(artem_engine_create(&params, &engines[i]) == ARTEM_OK);
    }
    artem_network_unref(&network);
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (uint8_t)(i * 37 ^ i >> 3);
    return 0;
}

static void paint(struct artem_style *style, bool exact)
{
    uint8_t out[2][SIDE * SIDE * 4];

    for (int i = 0; i < 2; i++) {
        struct artem_engine_frame frame = {
            .views = 1,
            .view[0] = {.width = SIDE, .height = SIDE, .in = picture, .in_stride = SIDE * 4, .out_stride = SIDE * 4},
            .resolution = 1,
            .exact = exact,
        };

        frame.view[0].out = out[i];
        FUZZ_REQUIRE(artem_engine_set_style(engines[i], style) == ARTEM_OK);
        for (int f = 0; f < FRAMES; f++) {
            FUZZ_REQUIRE(artem_engine_submit(engines[i], &frame) == ARTEM_OK);
            FUZZ_REQUIRE(artem_engine_wait(engines[i], UINT64_MAX) == ARTEM_OK);
        }
    }
    FUZZ_REQUIRE(memcmp(out[0], out[1], sizeof out[0]) == 0);
}

static void parse(const uint8_t *data, size_t size, uint32_t weight, bool exact)
{
    struct artem_style *style = NULL, *blend = NULL;

    if (artem_style_parse(data, size, "input", &style) != ARTEM_OK) {
        FUZZ_REQUIRE(style == NULL);
        return;
    }
    if (style->network_id == base->network_id) {
        FUZZ_REQUIRE(artem_style_blend(base, style, weight, &blend) == ARTEM_OK);
        paint(blend, exact);
    }
    artem_style_unref(&blend);
    artem_style_unref(&style);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const uint8_t what = fuzz_take8(&in);
    const uint32_t weight = what & 4 ? fuzz_take8(&in) : ARTEM_BLEND_ONE;
    const size_t left_out = what & 1 ? fuzz_take32(&in) % (shipped_size + 1) : 0;
    const size_t kept = shipped_size - left_out;
    uint8_t *copy = fuzz_copy(shipped, kept);

    parse(data, size, weight, false);
    fuzz_patch(&in, copy, kept);
    if (kept >= 28) {
        if (what & 2)
            fuzz_put32(copy + 20, (uint32_t)kept);
        fuzz_put32(copy + 8, artem_crc32(copy + 12, kept - 12));
    }
    parse(copy, kept, weight, (what & 8) != 0);
    free(copy);
    return 0;
}
