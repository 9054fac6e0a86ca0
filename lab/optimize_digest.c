// SPDX-License-Identifier: Apache-2.0
#include "optimize_digest.h"

#include <zlib.h>

static uint64_t digest_bytes(uint64_t digest, const void *data, size_t size)
{
    const uint32_t crc = (uint32_t)crc32_z(digest & 0xffffffffu, data, size),
                   adler = (uint32_t)adler32_z(digest >> 32, data, size);
    return (uint64_t)adler << 32 | crc;
}

static uint64_t digest_floats(uint64_t digest, const float *values, size_t count)
{
    return values != NULL ? digest_bytes(digest, values, count * sizeof *values) : digest;
}

static uint64_t digest_layer(uint64_t digest, const struct vgg_layer *layer)
{
    const size_t taps = (size_t)layer->inputs * layer->outputs * 9;
    const struct binary_weights *b = &layer->binary;

    if (b->bits != NULL)
        digest = digest_bytes(digest, b->bits, taps / 8);
    digest = digest_floats(digest, layer->weights, taps);
    digest = digest_floats(digest, layer->bias, layer->outputs);
    digest = digest_floats(digest, b->alpha, layer->outputs);
    digest = digest_floats(digest, b->threshold, layer->inputs);
    digest = digest_floats(digest, b->window, layer->inputs);
    return digest_floats(digest, b->skip, layer->outputs);
}

static uint64_t digest_network(uint64_t digest, const struct vgg_weights *weights)
{
    for (uint32_t i = 0; i < weights->layers; i++)
        digest = digest_layer(digest, &weights->layer[i]);
    return digest;
}

static uint64_t digest_picture(uint64_t digest, const struct lab_picture *picture)
{
    digest = digest_bytes(digest, &picture->width, sizeof picture->width);
    return digest_floats(digest, picture->rgb, (size_t)picture->width * picture->height * 3);
}

uint64_t optimize_digest(const struct optimize_inputs *inputs, const struct optimize_options *job_options)
{
    struct optimize_options options = *job_options;
    uint64_t digest = 1;

    options.objective.tile = 0; // nor does it depend on devices
    if (options.scales == 1)
        options.iterations = 0;
    const uint32_t words[] = {options.method,
                              options.start,
                              options.iterations,
                              options.size,
                              options.style_size,
                              options.scales,
                              options.seed,
                              options.correct,
                              options.objective.average_pool,
                              (uint32_t)options.objective.gradient_bits};
    const float numbers[] = {options.objective.content, options.objective.style, options.objective.variation,
                             options.rate};
    digest = digest_bytes(digest, words, sizeof words);
    digest = digest_bytes(digest, numbers, sizeof numbers);
    digest = digest_bytes(digest, options.objective.content_weight, sizeof options.objective.content_weight);
    digest = digest_bytes(digest, options.objective.style_weight, sizeof options.objective.style_weight);
    digest = digest_picture(digest, inputs->content);
    digest = digest_picture(digest, inputs->style);
    digest = digest_network(digest, inputs->weights);
    return options.correct > 0 ? digest_network(digest, inputs->judge) : digest; // else it only looks on
}
