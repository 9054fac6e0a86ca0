// SPDX-License-Identifier: Apache-2.0
// Gram matrices, distances from the content, and their gradients, over regions of features.
#include "cuda_vgg_internal.h"

// A region's features without gaps, as planes or as pixels.
static struct cuda_view gathered(const struct cuda_vgg *net, uint32_t layer, const struct region *r, bool as_pixels)
{
    const uint32_t channels = net->layer[layer].conv.outputs;

    return as_pixels ? cuda_pixels(net->scratch[0], channels, r->height, r->width)
                     : cuda_planes(net->scratch[0], channels, r->height, r->width);
}

static enum artem_result gather(struct cuda_vgg *net, uint32_t layer, const struct region *r, bool as_pixels)
{
    const struct cuda_view all = cuda_vgg_planes(net, layer, net->layer[layer].values),
                           part = cuda_part(&all, r->x, r->y, r->height, r->width, 1),
                           to = gathered(net, layer, r, as_pixels);

    return cuda_blend(net->device, 1, &part, 0, &to);
}

enum artem_result cuda_vgg_read(struct cuda_vgg *net, uint32_t layer, const struct region *r, float *out)
{
    const enum artem_result result = gather(net, layer, r, true);

    return result == ARTEM_OK
               ? cuda_download(net->device, out, net->scratch[0], region_cells(r) * net->layer[layer].conv.outputs)
               : result;
}

static enum artem_result need_gram(struct cuda_vgg *net, uint32_t layer)
{
    CUdeviceptr *gram = &net->layer[layer].gram;

    return *gram != 0 ? ARTEM_OK : cuda_allocate(net->device, vgg_gram_size(layer), gram, &net->memory);
}

enum artem_result cuda_vgg_gram(struct cuda_vgg *net, uint32_t layer, const struct region *r, float scale)
{
    enum artem_result result = need_gram(net, layer);

    if (result == ARTEM_OK)
        result = gather(net, layer, r, false);
    return result == ARTEM_OK ? cuda_gram(net->device, net->scratch[0], region_cells(r), net->layer[layer].conv.outputs,
                                          scale, net->layer[layer].gram)
                              : result;
}

enum artem_result cuda_vgg_read_gram(struct cuda_vgg *net, uint32_t layer, float *gram)
{
    const enum artem_result result =
        cuda_download(net->device, net->host, net->layer[layer].gram, vgg_gram_size(layer));

    for (uint64_t i = 0; i < vgg_gram_size(layer) && result == ARTEM_OK; i++)
        gram[i] += net->host[i];
    return result;
}

// ---- Content ----

bool cuda_vgg_has_target(const struct cuda_vgg *net, uint32_t layer)
{
    return net->layer[layer].target != 0;
}

// Into planes, in one piece: the network's own memory may be smaller than the picture.
enum artem_result cuda_vgg_keep_target(struct cuda_vgg *net, uint32_t layer, uint32_t height, uint32_t width,
                                       const float *target)
{
    struct cuda_device *d = net->device;
    struct cuda_vgg_layer *l = &net->layer[layer];
    const uint32_t channels = l->conv.outputs;
    const uint64_t values = (uint64_t)height * width * channels;
    uint64_t passing = 0;
    CUdeviceptr given = 0;
    enum artem_result result = cuda_allocate(d, values, &given, &passing);

    if (result == ARTEM_OK)
        result = cuda_upload(d, given, target, values);
    if (result == ARTEM_OK)
        result = cuda_allocate(d, values, &l->target, &net->memory);
    if (result == ARTEM_OK) {
        const struct cuda_view from = cuda_pixels(given, channels, height, width),
                               to = cuda_planes(l->target, channels, height, width);
        result = cuda_blend(d, 1, &from, 0, &to);
    }
    d->api.driver.cuStreamSynchronize(d->stream); // before `given` goes; what fails is seen later
    cuda_free(d, &given);
    l->target_height = height;
    l->target_width = width;
    return result;
}

// F - P, without gaps.
static enum artem_result subtract(struct cuda_vgg *net, uint32_t layer, const struct region *r)
{
    const struct cuda_vgg_layer *l = &net->layer[layer];
    const struct cuda_view all = cuda_planes(l->target, l->conv.outputs, l->target_height, l->target_width),
                           part = cuda_part(&all, (uint32_t)r->first_x, (uint32_t)r->first_y, r->height, r->width, 1),
                           to = gathered(net, layer, r, false);
    const enum artem_result result = gather(net, layer, r, false);

    return result == ARTEM_OK ? cuda_blend(net->device, -1, &part, 1, &to) : result;
}

enum artem_result cuda_vgg_distance(struct cuda_vgg *net, uint32_t layer, const struct region *r, double *out)
{
    const enum artem_result result = subtract(net, layer, r);

    return result == ARTEM_OK
               ? cuda_square_sum(net->device, net->scratch[0], region_cells(r) * net->layer[layer].conv.outputs, out)
               : result;
}

// ---- Gradients ----

// Adds a region's values without gaps to the gradient at hand.
static enum artem_result add(struct cuda_vgg *net, uint32_t layer, const struct region *r, CUdeviceptr values,
                             float scale)
{
    const struct cuda_view from = cuda_planes(values, net->layer[layer].conv.outputs, r->height, r->width),
                           all = cuda_vgg_planes(net, layer, net->grad),
                           to = cuda_part(&all, r->x, r->y, r->height, r->width, 1);

    return cuda_blend(net->device, scale, &from, 1, &to);
}

enum artem_result cuda_vgg_write_gram(struct cuda_vgg *net, uint32_t layer, const float *gram)
{
    const enum artem_result result = need_gram(net, layer);

    return result == ARTEM_OK ? cuda_upload(net->device, net->layer[layer].gram, gram, vgg_gram_size(layer)) : result;
}

enum artem_result cuda_vgg_add_style(struct cuda_vgg *net, uint32_t layer, const struct region *r, float scale)
{
    enum artem_result result = gather(net, layer, r, false);

    if (result == ARTEM_OK)
        result = cuda_product(net->device, net->scratch[0], region_cells(r), net->layer[layer].conv.outputs,
                              net->layer[layer].gram, scale, net->scratch[1]);
    return result == ARTEM_OK ? add(net, layer, r, net->scratch[1], 1) : result;
}

enum artem_result cuda_vgg_add_content(struct cuda_vgg *net, uint32_t layer, const struct region *r, float scale)
{
    const enum artem_result result = subtract(net, layer, r);

    return result == ARTEM_OK ? add(net, layer, r, net->scratch[0], scale) : result;
}
