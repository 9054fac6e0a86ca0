// SPDX-License-Identifier: Apache-2.0
// What optimisation style transfer minimises over the pixels of a picture (Gatys, Ecker & Bethge 2016):
//
//   F = content · Σ_l mean((F_l - P_l)²) / (mean(P_l²) + 1/1000)
//     + style   · Σ_l ‖G_l - A_l‖² / ‖A_l‖²        with G_l = F_lᵀ F_l / (channels · height · width)
//     + variation · (mean of the squared differences of horizontal neighbours + that of vertical ones)
//
// F_l are VGG-16's features of the picture, P_l those of the content, A_l the style's G_l. The losses are relative, so
// that layers of any scale weigh alike; models/train/losses.py has the same.
#ifndef ARTEM_LAB_OBJECTIVE_H
#define ARTEM_LAB_OBJECTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"
#include "picture.h"
#include "weights.h"

struct lab_team;

struct objective_params {
    float content_weight[VGG_LAYERS], style_weight[VGG_LAYERS]; // 0: the layer has no part in it
    float content, style, variation;
    bool average_pool;     // Gatys' choice; the network was trained with the largest
    int gradient_bits;     // of a binarised network: 1, 2, 4, 8 or 32; 0 is 32
    bool is_value_only;    // no gradient will be asked for
    uint32_t tile;         // pixels of a tile's inside, 0: one tile, or as many as the team has members
    struct lab_team *team; // devices that share the tiles (team.h); NULL: one, on the calling thread
};

struct objective_terms {
    double total; // the weighted sum
    double content, style, variation;
};

struct objective;

enum { OBJECTIVE_SIDE_MIN = 17 }; // pixels of either side of either picture

// weights, content and style must hold until it is destroyed; params are copied. Both pictures at the size at which
// they are to be compared.
enum artem_result objective_create(const struct vgg_weights *weights, const struct objective_params *params,
                                   const struct lab_picture *content, const struct lab_picture *style,
                                   struct objective **out_objective);

// Of a picture of the content's size; values outside 0..1 count as 0 or 1. grad: as many values, or NULL.
enum artem_result objective_evaluate(struct objective *objective, const float *rgb, float *grad,
                                     struct objective_terms *out_terms);
// Moves the targets of the style to where the picture's own Gram matrices are, less `share` of what `judge`, of the
// same layers and pictures but another network, says that they are off by: networks that see pictures differently then
// still agree on which way is left. The loss is relative to the judge's targets from then on.
enum artem_result objective_correct_style(struct objective *objective, struct objective *judge, const float *rgb,
                                          float share);

uint32_t objective_tiles(const struct objective *objective);
uint64_t objective_memory(const struct objective *objective); // bytes of tensors
void objective_destroy(struct objective **objective);

// The deepest layer that has a part in it.
uint32_t objective_last_layer(const struct objective_params *params);

#endif
