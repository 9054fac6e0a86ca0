// SPDX-License-Identifier: Apache-2.0
#include "stylize.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "artem/geometry.h"
#include "artem_kernels/picture.h"
#include "cli.h"
#include "image.h"
#include "paint.h"

// One picture on its way.
struct work {
    struct image picture; // the composite is written over it
    uint8_t *copy;        // of the picture, where the composite looks around each pixel; else NULL
    struct painting painting;
};

double stylize_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

int stylize_open(struct stylize *s)
{
    struct artem_engine_params params = {
        .backend = s->settings.backend, .threads = s->settings.threads, .devices = s->settings.devices};

    // The library says why.
    if (artem_library_load_blend(s->settings.style, s->settings.blend_style, s->settings.blend, &s->style) !=
            ARTEM_OK ||
        artem_library_load_network(&s->network) != ARTEM_OK)
        return CLI_ERROR;
    params.network = s->network;
    enum artem_result result = artem_engine_create(&params, &s->engine);
    if (result == ARTEM_OK)
        result = artem_engine_set_style(s->engine, s->style);
    return result == ARTEM_OK ? CLI_OK : cli_error("the network cannot be run: %s", artem_result_string(result));
}

void stylize_close(struct stylize *s)
{
    artem_engine_destroy(&s->engine);
    artem_style_unref(&s->style);
    artem_network_unref(&s->network);
}

// Picks the style resolution, within what the composite's integers hold (picture.h).
static int choose_size(const struct stylize *s, const char *in, struct work *w)
{
    const struct image *picture = &w->picture;
    uint32_t width, height;

    if (!artem_style_size(picture->width, picture->height, s->settings.resolution, &width, &height))
        return cli_error("%s: %u x %u is too small or too long and thin to be painted", in, picture->width,
                         picture->height);
    if (!geometry_can_scale(picture->width, picture->height, width, height))
        return cli_error("%s: %u pixels on one side are too many for --resolution %u", in,
                         picture->width > picture->height ? picture->width : picture->height, s->settings.resolution);
    w->painting = (struct painting){.width = picture->width,
                                    .height = picture->height,
                                    .style_width = width,
                                    .style_height = height,
                                    .original = picture->rgba,
                                    .stride = (size_t)picture->width * 4};
    return CLI_OK;
}

static int paint(struct stylize *s, struct work *w, struct stylize_result *out_result)
{
    struct artem_engine_stats stats = {0};
    const size_t size = w->painting.stride * w->picture.height;

    w->painting.text = s->settings.keep_text;
    if (w->painting.text > 0)
        w->painting.original = w->copy = malloc(size);
    if (!w->painting.original || !painting_reserve(&w->painting))
        return cli_error("out of memory");
    if (w->copy)
        memcpy(w->copy, w->picture.rgba, size);
    painting_scale(&w->painting);
    const struct artem_engine_frame frame = {
        .views = 1,
        .view = {painting_view(&w->painting)},
        .resolution = s->settings.resolution,
        .exact = true,
    };
    const double start = stylize_now_ms();
    const enum artem_result result = paint_frame(s->engine, &frame);
    out_result->network_ms = stylize_now_ms() - start;
    artem_engine_get_stats(s->engine, &stats);
    out_result->network_bytes = stats.memory_bytes;
    if (result != ARTEM_OK)
        return cli_error("the network cannot be run: %s", artem_result_string(result));
    painting_composite(&w->painting, s->settings.strength, s->settings.keep_color, w->picture.rgba, w->painting.stride);
    return CLI_OK;
}

int stylize_picture(struct stylize *s, const char *in, const char *out, struct stylize_result *out_result)
{
    struct work w = {0};
    int result = image_load(in, &w.picture) ? choose_size(s, in, &w) : CLI_ERROR; // image.h says why

    if (result == CLI_OK)
        result = paint(s, &w, out_result);
    if (result == CLI_OK && !image_save(out, &w.picture))
        result = CLI_ERROR;
    out_result->width = w.picture.width;
    out_result->height = w.picture.height;
    out_result->style_width = w.painting.style_width;
    out_result->style_height = w.painting.style_height;
    painting_free(&w.painting);
    free(w.copy);
    image_free(&w.picture);
    return result;
}
