// SPDX-License-Identifier: Apache-2.0
// Frames from standard input to standard output, as the layer would have them painted: for scripts and measurements.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "paint.h"
#include "stylize.h"

static const char help[] =
    "usage: artem pipe --style NAME [--blend-style NAME] [--blend X] [--threads N] [--devices LIST]\n\n"
    "Paints frames from standard input and writes them to standard output, one after the other, with the statistics\n"
    "that the layer would have. All numbers are 32 bits, little-endian.\n\n"
    "  frame in   magic 0x4D524641 (\"AFRM\"), flags (1: exact statistics, as for stills; 2: start anew), number of\n"
    "             pictures (1 to 8); for each: width, height (multiples of 4), noise map (10 numbers, "
    "docs/arithmetic.md\n"
    "             section 4; zeros are fine); then for each: its pixels, RGB, 8 bits\n"
    "  frame out  the pictures' pixels, RGB, 8 bits";

enum { MAGIC = 0x4D524641, FLAG_EXACT = 1, FLAG_RESTART = 2, SIDE_MAX = 4096, AREA_MAX = 1 << 22 };

struct pipe {
    struct stylize stylize;
    uint8_t *rgb, *in, *out; // of all pictures of a frame
    size_t pixels;           // that these hold
};

// 1: read, 0: the input ended before the first byte, -1: within, or it cannot be read.
static int read_bytes(void *out, size_t size)
{
    const size_t got = fread(out, 1, size, stdin);

    return got == size ? 1 : got == 0 && !ferror(stdin) ? 0 : -1;
}

static uint32_t number(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool make_room(struct pipe *pipe, size_t pixels)
{
    if (pixels <= pipe->pixels)
        return true;
    free(pipe->rgb);
    free(pipe->in);
    free(pipe->out);
    pipe->rgb = malloc(pixels * 3);
    pipe->in = malloc(pixels * 4);
    pipe->out = malloc(pixels * 4);
    pipe->pixels = pipe->rgb != NULL && pipe->in != NULL && pipe->out != NULL ? pixels : 0;
    return pipe->pixels > 0;
}

static int read_head(struct artem_engine_frame *frame, uint32_t *out_flags, size_t *out_pixels)
{
    uint8_t head[12], view[48];
    const int got = read_bytes(head, sizeof head);

    if (got <= 0)
        return got;
    *out_flags = number(head + 4);
    frame->views = number(head + 8);
    if (number(head) != MAGIC || *out_flags > (FLAG_EXACT | FLAG_RESTART) || frame->views < 1 ||
        frame->views > ARTEM_MAX_VIEWS)
        return -1;
    frame->exact = (*out_flags & FLAG_EXACT) != 0;
    *out_pixels = 0;
    for (uint32_t i = 0; i < frame->views; i++) {
        struct artem_engine_view *v = &frame->view[i];
        if (read_bytes(view, sizeof view) != 1)
            return -1;
        v->width = number(view);
        v->height = number(view + 4);
        for (int k = 0; k < 9; k++)
            v->noise.m[k] = (int32_t)number(view + 8 + 4 * k);
        v->noise.density = (int32_t)number(view + 44);
        if (v->width < 1 || v->width > SIDE_MAX || v->height < 1 || v->height > SIDE_MAX ||
            v->width * v->height > AREA_MAX)
            return -1;
        *out_pixels += (size_t)v->width * v->height;
    }
    return 1;
}

static void set_pictures(struct pipe *pipe, struct artem_engine_frame *frame)
{
    size_t at = 0;

    for (uint32_t i = 0; i < frame->views; i++) {
        struct artem_engine_view *v = &frame->view[i];
        v->in = pipe->in + at * 4;
        v->out = pipe->out + at * 4;
        v->in_stride = v->out_stride = (size_t)v->width * 4;
        at += (size_t)v->width * v->height;
    }
}

static int paint(struct pipe *pipe, const struct artem_engine_frame *frame)
{
    const enum artem_result result = paint_frame(pipe->stylize.engine, frame);

    return result == ARTEM_OK ? CLI_OK : cli_error("a frame cannot be painted: %s", artem_result_string(result));
}

// One frame; *out_more is false once the input has ended.
static int do_frame(struct pipe *pipe, bool *out_more)
{
    struct artem_engine_frame frame = {0};
    uint32_t flags;
    size_t pixels;
    const int got = read_head(&frame, &flags, &pixels);

    *out_more = got > 0;
    if (got == 0)
        return CLI_OK;
    if (got < 0)
        return cli_error("standard input: not a frame; see artem pipe --help");
    if (!make_room(pipe, pixels))
        return cli_error("out of memory");
    if (read_bytes(pipe->rgb, pixels * 3) != 1)
        return cli_error("standard input: it ends within a frame");
    for (size_t i = 0; i < pixels; i++)
        memcpy(pipe->in + 4 * i, pipe->rgb + 3 * i, 3);
    set_pictures(pipe, &frame);
    if ((flags & FLAG_RESTART) != 0 && artem_engine_set_style(pipe->stylize.engine, pipe->stylize.style) != ARTEM_OK)
        return cli_error("the engine cannot start anew");
    const int result = paint(pipe, &frame);
    if (result != CLI_OK)
        return result;
    for (size_t i = 0; i < pixels; i++)
        memcpy(pipe->rgb + 3 * i, pipe->out + 4 * i, 3);
    fwrite(pipe->rgb, 1, pixels * 3, stdout);
    return cli_finish_output();
}

static int parse_options(int argc, char **argv, struct artem_settings *settings)
{
    static const struct option options[] = {{"style", required_argument, NULL, 's'},
                                            {"blend-style", required_argument, NULL, 'b'},
                                            {"blend", required_argument, NULL, 'w'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"devices", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static const struct {
        int option;
        const char *key;
    } keys[] = {{'s', "style"}, {'b', "blend_style"}, {'w', "blend"}, {'t', "threads"}, {'d', "devices"}};
    bool has_style = false, has_blend = false;
    int option, result = CLI_OK;

    artem_settings_default(settings);
    while (result == CLI_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            puts(help);
            exit(cli_finish_output());
        }
        if (option == '?')
            return CLI_USAGE; // getopt has said why
        has_style = has_style || option == 's';
        has_blend = has_blend || option == 'w';
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (keys[i].option == option)
                result = cli_set(argv[0], settings, keys[i].key, optarg);
    }
    if (result == CLI_OK && optind < argc)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind]);
    if (result == CLI_OK && has_blend && settings->blend_style[0] == '\0')
        return cli_usage_error(argv[0], "--blend needs --blend-style");
    if (result == CLI_OK && !has_style)
        return cli_usage_error(argv[0], "--style is missing");
    return result;
}

int cmd_pipe(int argc, char **argv)
{
    struct pipe pipe = {0};
    bool more = true;
    int result = parse_options(argc, argv, &pipe.stylize.settings);

    if (result != CLI_OK)
        return result;
    result = stylize_open(&pipe.stylize);
    while (result == CLI_OK && more)
        result = do_frame(&pipe, &more);
    stylize_close(&pipe.stylize);
    free(pipe.rgb);
    free(pipe.in);
    free(pipe.out);
    return result;
}
