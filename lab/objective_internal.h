// SPDX-License-Identifier: Apache-2.0
// The objective's state, and what a window's layers add to it.
#ifndef ARTEM_LAB_OBJECTIVE_INTERNAL_H
#define ARTEM_LAB_OBJECTIVE_INTERNAL_H

#include "net.h"
#include "objective.h"
#include "region.h"
#include "tiles.h"

struct cuda_device;
struct cuda_vgg;
struct objective_engine;

struct objective {
    const struct vgg_weights *weights;
    struct objective_params params;
    struct lab_picture content; // the caller's
    struct tile_axis columns, rows;
    struct tile_span column, row; // of the window at hand
    const struct objective_engine *engine;
    struct vgg_net *net;             // of the engine that is the processor
    struct cuda_device *cuda_device; // of the other, and its network
    struct cuda_vgg *cuda;           //
    uint32_t layers;                 // bit mask of those with a part in it
    uint64_t memory;
    float *window; // its picture
    float *window_grad;
    float *scratch, *product;        // as large as the largest region; of the processor
    float *target[VGG_LAYERS];       // P
    double energy[VGG_LAYERS];       // mean(P²) + 1/1000
    float *style_gram[VGG_LAYERS];   // A
    double style_energy[VGG_LAYERS]; // ‖A‖²
    float *gram[VGG_LAYERS];         // G, then G - A
    double content_loss;             // of the evaluation at hand
    struct objective_spread *spread; // over whom the windows go
};

// Cells of a layer, of the whole picture.
uint64_t objective_cells(const struct lab_picture *picture, uint32_t layer);

// What a layer has of the window at hand.
struct region objective_region(const struct objective *o, uint32_t layer);
// Keeps a region's part of P, [cells][channels].
void objective_put_target(struct objective *o, const struct region *region, uint32_t layer, const float *values);
// A layer's content loss of the sum of (F - P)².
double objective_content_loss(const struct objective *o, uint32_t layer, double sum);
// What a layer's sums and gradients are multiplied by: FᵀF of that picture, F (G - A), F - P.
float objective_gram_scale(const struct lab_picture *picture, uint32_t layer);
float objective_style_scale(const struct objective *o, uint32_t layer);
float objective_content_scale(const struct objective *o, uint32_t layer);

// The grams of the style's picture, on the first CUDA device of the team, else the processor.
enum artem_result objective_measure_style(struct objective *o, const struct lab_picture *style);

#endif
