// SPDX-License-Identifier: Apache-2.0
// What features of photos say about a network: how near they are to another's, and whether the photos differ in them.
#ifndef ARTEM_LAB_INSPECT_H
#define ARTEM_LAB_INSPECT_H

#include "picture.h"
#include "weights.h"

// One layer's features of all photos, which have one size.
struct inspect_features {
    uint32_t photos, height, width, channels;
    float **photo; // [height][width][channels] each
};

// Layer `layer` of photos of side x side pixels. Free also after a failure.
enum artem_result inspect_compute(const struct vgg_weights *weights, uint32_t layer, uint32_t side,
                                  const struct lab_picture *photos, uint32_t count, struct inspect_features *out);
// Of the same features; free also after a failure.
enum artem_result inspect_copy(const struct inspect_features *features, struct inspect_features *out_copy);
void inspect_free(struct inspect_features *features);

// Takes each channel's mean over all photos and cells from it.
enum artem_result inspect_centre(struct inspect_features *features);

// Mean over the photos of the cosine between two networks' features. Where one has no length: 0, or 1 if both have.
double inspect_similarity(const struct inspect_features *a, const struct inspect_features *b);
// Mean over the pairs of different photos of the cosine between their features: 1 if they are all the same. 1 also
// where features have no length: they say nothing of the photo. NaN for one photo.
double inspect_collapse(const struct inspect_features *features);

// Where a photo's features are largest, but for a margin of an eighth on each side: at the border it is often the zero
// padding that they answer to.
struct inspect_maximum {
    float value;
    uint32_t channel, row, column;
};
struct inspect_maximum inspect_maximum(const struct inspect_features *features, uint32_t photo);

#endif
