// SPDX-License-Identifier: Apache-2.0
// The objective's state, and what a window's layers add to it.
#ifndef ARTEM_LAB_OBJECTIVE_INTERNAL_H
#define ARTEM_LAB_OBJECTIVE_INTERNAL_H

#include "net.h"
#include "objective.h"
#include "tiles.h"

struct objective {
    const struct vgg_weights *weights;
    struct objective_params params;
    struct lab_picture content; // the caller's
    struct tile_axis columns, rows;
    struct tile_span column, row; // of the window at hand
    struct vgg_net *net;
    uint32_t layers; // bit mask of those with a part in it
    uint64_t memory;
    float *window; // its picture
    float *window_grad;
    float *scratch, *product;        // as large as the largest region
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

// The window's features are computed. Adds its part to the grams of all layers.
enum artem_result objective_add_grams(struct objective *o, float **grams, const struct lab_picture *picture);
// Keeps its part of P.
void objective_keep_target(struct objective *o, uint32_t layer);
// Its part of a layer's content loss.
double objective_content_part(struct objective *o, uint32_t layer);
// For vgg_net_backward, user being the objective; gram is G - A.
enum artem_result objective_add_gradient(void *user, uint32_t layer, const struct vgg_features *features, float *grad);

#endif
