// SPDX-License-Identifier: Apache-2.0
// The network on the emulator, launch by launch as a backend would have it, for engine frames.
#ifndef ARTEM_TEST_CUDA_NETWORK_FIXTURE_H
#define ARTEM_TEST_CUDA_NETWORK_FIXTURE_H

#include <stdlib.h>

#include "artem/engine.h"
#include "emulator.h"
#include "plan.h"
#include "runtime/cuda/sources.h"
#include "test.h"

struct cuda_network {
    struct artem_cuda_chip chip;
    enum artem_cuda_form form;
    struct artem_cuda_network *network;
    struct artem_cuda_style *style;
    struct artem_cuda_state *state;
    struct artem_cuda_frame *frame;
    uint8_t *arena;
    bool restart;
};

static inline void *cuda_alloc(size_t bytes)
{
    void *p = aligned_alloc(256, (bytes + 255) / 256 * 256);

    memset(p, 0x5A, bytes);
    return p;
}

static inline void cuda_set_style(struct cuda_network *net, const struct artem_style *style)
{
    const struct artem_cuda_style_source source = cuda_style_source(style);

    artem_cuda_pack_style(&source, net->style);
    net->restart = true;
}

static inline struct cuda_network cuda_network_make(int major, int minor, enum artem_cuda_form form,
                                                    const struct artem_network *network,
                                                    const struct artem_style *style)
{
    const struct artem_cuda_network_source source = cuda_network_source(network);
    struct cuda_network net = {.chip = {major, minor, 2, 99 * 1024}, .form = form};

    net.network = cuda_alloc(sizeof *net.network);
    net.style = cuda_alloc(sizeof *net.style);
    net.state = cuda_alloc(sizeof *net.state);
    net.frame = cuda_alloc(sizeof *net.frame);
    memset(net.state, 0, sizeof *net.state);
    artem_cuda_pack_network(&source, net.network);
    cuda_set_style(&net, style);
    return net;
}

static inline void cuda_network_free(struct cuda_network *net)
{
    free(net->network);
    free(net->style);
    free(net->state);
    free(net->frame);
}

// A packed copy of a picture with rows of its own stride, for `back` the other way.
static inline void cuda_copy_picture(const struct artem_engine_view *view, uint8_t *packed, bool back)
{
    for (uint32_t y = 0; y < view->height; y++) {
        uint8_t *row = packed + (size_t)y * view->width * 4;
        if (back)
            memcpy(view->out + y * view->out_stride, row, (size_t)view->width * 4);
        else
            memcpy(row, view->in + y * view->in_stride, (size_t)view->width * 4);
    }
}

static inline void cuda_network_run(struct cuda_network *net, const struct artem_engine_frame *frame)
{
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    struct artem_cuda_shape shape;
    uint8_t *in[ARTEM_MAX_VIEWS], *out[ARTEM_MAX_VIEWS];
    uint32_t qw[ARTEM_MAX_VIEWS], qh[ARTEM_MAX_VIEWS];

    memset(net->frame, 0, sizeof *net->frame);
    net->frame->restart = net->restart;
    net->frame->wants_exact = frame->exact;
    net->restart = false;
    for (uint32_t v = 0; v < frame->views; v++) {
        const struct artem_engine_view *view = &frame->view[v];
        qw[v] = view->width / 4;
        qh[v] = view->height / 4;
        in[v] = cuda_alloc((size_t)view->width * view->height * 4);
        out[v] = cuda_alloc((size_t)view->width * view->height * 4);
        cuda_copy_picture(view, in[v], false);
        net->frame->picture[v].in = (uintptr_t)in[v];
        net->frame->picture[v].out = (uintptr_t)out[v];
        net->frame->picture[v].density = view->noise.density;
        memcpy(net->frame->picture[v].map, view->noise.m, sizeof view->noise.m);
    }
    CHECK(artem_cuda_make_shape(frame->views, qw, qh, &shape));
    net->arena = cuda_alloc(artem_cuda_arena_bytes(shape.cells)); // nothing of the frame before is needed
    const struct artem_cuda_args addresses = {
        .network = (uintptr_t)net->network,
        .style = (uintptr_t)net->style,
        .arena = (uintptr_t)net->arena,
        .state = (uintptr_t)net->state,
        .frame = (uintptr_t)net->frame,
    };
    const uint32_t count = artem_cuda_plan(&net->chip, net->form, &shape, &addresses, launches);
    CHECK(count > 0);
    CHECK(cuda_emulator_choose(net->chip.major, net->chip.minor));
    for (uint32_t i = 0; i < count; i++)
        CHECK(cuda_emulator_launch(launches[i].kernel, launches[i].grid, launches[i].block, launches[i].shared,
                                   (void *[]){&launches[i].args}));
    for (uint32_t v = 0; v < frame->views; v++) {
        cuda_copy_picture(&frame->view[v], out[v], true);
        free(in[v]);
        free(out[v]);
    }
    free(net->arena);
}

#endif
