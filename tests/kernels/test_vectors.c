// SPDX-License-Identifier: Apache-2.0
// The C code against the bytes that the simulation of the training code gives (models/train/vectors.py). The folder of
// vectors is the first argument.
#include <stdbool.h>

#include "artem/engine.h"
#include "artem_kernels/kernels.h"
#include "artem_kernels/picture.h"
#include "files.h"
#include "test.h"

enum { MAGIC_FRAMES = 0x46565441, MAGIC_COMPOSITE = 0x43565441, MAGIC_SCALE = 0x53565441 };

static const char *root;

static void join(char path[1024], const char *folder, const char *file)
{
    snprintf(path, 1024, "%s/%s/%s", root, folder, file);
}

// Prints only the first difference of two pictures.
static void check_rgb(const char *what, const uint8_t *rgba, const uint8_t *rgb, uint32_t width, uint32_t height)
{
    test_checks++;
    for (size_t i = 0; i < (size_t)width * height; i++) {
        if (rgba[4 * i + 3] != 255) {
            TEST_FAIL("%s: alpha %d at %zu,%zu", what, rgba[4 * i + 3], i % width, i / width);
            return;
        }
        for (int k = 0; k < 3; k++)
            if (rgba[4 * i + k] != rgb[3 * i + k]) {
                TEST_FAIL("%s: %d, expected %d at %zu,%zu colour %d", what, rgba[4 * i + k], rgb[3 * i + k], i % width,
                          i / width, k);
                return;
            }
    }
}

static bool run_frame(struct artem_engine *engine, struct bytes *file, const char *what, uint32_t width,
                      uint32_t height, uint32_t views)
{
    const size_t pixels = (size_t)width * height;
    struct artem_engine_frame frame = {.views = views};
    uint8_t *memory[ARTEM_MAX_VIEWS][2] = {{NULL}};

    frame.exact = bytes_u32(file) != 0;
    for (uint32_t v = 0; v < views; v++) {
        frame.view[v] = (struct artem_engine_view){
            .width = width, .height = height, .in_stride = width * 4, .out_stride = width * 4};
        for (int i = 0; i < 9; i++)
            frame.view[v].noise.m[i] = (int32_t)bytes_u32(file);
        frame.view[v].noise.density = (int32_t)bytes_u32(file);
    }
    const uint8_t *in = bytes_take(file, pixels * 3 * views);
    const uint8_t *expected = bytes_take(file, pixels * 3 * views);
    if (file->is_short)
        return false;
    for (uint32_t v = 0; v < views; v++) {
        frame.view[v].in = memory[v][0] = malloc(pixels * 4);
        frame.view[v].out = memory[v][1] = calloc(pixels, 4);
        rgb_to_rgba(in + v * pixels * 3, pixels, (uint8_t)(v * 77), memory[v][0]);
    }
    CHECK_INT(artem_engine_submit(engine, &frame), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, UINT64_MAX), ARTEM_OK);
    for (uint32_t v = 0; v < views; v++) {
        check_rgb(what, memory[v][1], expected + v * pixels * 3, width, height);
        free(memory[v][0]);
        free(memory[v][1]);
    }
    return true;
}

static void run_frames(struct artem_engine *engine, const char *name, const char *level)
{
    char path[1024], what[512];
    join(path, name, "frames.bin");
    struct bytes file = bytes_read(path);
    const uint32_t magic = bytes_u32(&file), width = bytes_u32(&file), height = bytes_u32(&file);
    const uint32_t views = bytes_u32(&file), frames = bytes_u32(&file);

    CHECK(!file.is_short && magic == MAGIC_FRAMES && views >= 1 && views <= ARTEM_MAX_VIEWS && frames > 0);
    if (magic == MAGIC_FRAMES && views <= ARTEM_MAX_VIEWS)
        for (uint32_t i = 0; i < frames; i++) {
            snprintf(what, sizeof what, "%s, %s, frame %u", name, level, i);
            if (!run_frame(engine, &file, what, width, height, views))
                break;
        }
    CHECK(!file.is_short && file.at == file.size);
    free(file.data);
}

static void run_case(const char *name, enum artem_cpu cpu)
{
    char network_path[1024], style_path[1024];
    struct artem_engine_params params = {.backend = "cpu", .threads = 2};
    struct artem_engine *engine = NULL;
    struct artem_style *style = NULL;

    join(network_path, name, "network.artnet");
    join(style_path, name, "style.artstyle");
    setenv("ARTEM_CPU", artem_cpu_name(cpu), 1);
    CHECK_INT(artem_network_load(network_path, &params.network), ARTEM_OK);
    CHECK_INT(artem_style_load(style_path, &style), ARTEM_OK);
    if (params.network != NULL && style != NULL) {
        CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
        CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
        run_frames(engine, name, artem_cpu_name(cpu));
    }
    artem_engine_destroy(&engine);
    artem_style_unref(&style);
    artem_network_unref(&params.network);
}

static void run_composite(const char *path)
{
    struct bytes file = bytes_read(path);
    const uint32_t magic = bytes_u32(&file);
    struct artem_composite c = {0};

    c.full_width = bytes_u32(&file), c.full_height = bytes_u32(&file);
    c.width = bytes_u32(&file), c.height = bytes_u32(&file);
    c.strength = bytes_u32(&file), c.keep = bytes_u32(&file);
    const size_t full = (size_t)c.full_width * c.full_height, pixels = (size_t)c.width * c.height;
    c.original = bytes_take(&file, full * 4);
    const uint8_t *guide = bytes_take(&file, pixels * 3), *styled = bytes_take(&file, pixels * 3);
    const uint8_t *expected = bytes_take(&file, full * 4);
    CHECK(magic == MAGIC_COMPOSITE && !file.is_short && file.at == file.size);
    if (!file.is_short && magic == MAGIC_COMPOSITE) {
        uint8_t *guide4 = malloc(pixels * 4), *styled4 = malloc(pixels * 4), *out = calloc(full, 4);
        rgb_to_rgba(guide, pixels, 7, guide4);
        rgb_to_rgba(styled, pixels, 9, styled4);
        c.guide = guide4, c.styled = styled4, c.out = out;
        c.original_stride = c.out_stride = (size_t)c.full_width * 4;
        c.guide_stride = c.styled_stride = (size_t)c.width * 4;
        artem_composite_rows(&c, 0, c.full_height / 2);
        artem_composite_rows(&c, c.full_height / 2, c.full_height);
        for (size_t i = 0; i < full * 4; i++)
            if (out[i] != expected[i]) {
                TEST_FAIL("%s: %d, expected %d at byte %zu", path, out[i], expected[i], i);
                break;
            }
        free(guide4);
        free(styled4);
        free(out);
    }
    free(file.data);
}

static void run_scale(const char *path)
{
    struct bytes file = bytes_read(path);
    const uint32_t magic = bytes_u32(&file);
    struct artem_scale s = {0};

    s.full_width = bytes_u32(&file), s.full_height = bytes_u32(&file);
    s.width = bytes_u32(&file), s.height = bytes_u32(&file);
    const size_t full = (size_t)s.full_width * s.full_height, pixels = (size_t)s.width * s.height;
    const uint8_t *in = bytes_take(&file, full * 3), *expected = bytes_take(&file, pixels * 3);
    CHECK(magic == MAGIC_SCALE && !file.is_short && file.at == file.size);
    if (!file.is_short && magic == MAGIC_SCALE) {
        uint8_t *in4 = malloc(full * 4), *out = calloc(pixels, 4);
        rgb_to_rgba(in, full, 3, in4);
        s.in = in4, s.out = out;
        s.in_stride = (size_t)s.full_width * 4;
        s.out_stride = (size_t)s.width * 4;
        artem_scale_rows(&s, 0, s.height);
        check_rgb(path, out, expected, s.width, s.height);
        free(in4);
        free(out);
    }
    free(file.data);
}

// Calls run for every file of a folder; returns how many.
static int for_files(const char *folder, void (*run)(const char *path))
{
    struct dirent **entries = NULL;
    char path[1024];
    join(path, folder, "");
    int count = scandir(path, &entries, is_visible, alphasort);

    for (int i = 0; i < count; i++) {
        join(path, folder, entries[i]->d_name);
        run(path);
        free(entries[i]);
    }
    free(entries);
    return count;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int cases = 0;

    if (argc != 2)
        return 2;
    root = argv[1];
    int count = scandir(root, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, "composite") != 0 && strcmp(name, "scale") != 0 && strcmp(name, "blend") != 0) {
            for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++)
                if (artem_cpu_supported((enum artem_cpu)cpu))
                    run_case(name, (enum artem_cpu)cpu);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    CHECK(cases > 0);
    CHECK(for_files("composite", run_composite) > 0);
    CHECK(for_files("scale", run_scale) > 0);
    return test_result();
}
