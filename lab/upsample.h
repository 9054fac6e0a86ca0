// SPDX-License-Identifier: Apache-2.0
// A small painting brought to the size of its photo, along the photo's edges: the composite that the layer uses
// (docs/arithmetic.md, 8).
#ifndef ARTEM_LAB_UPSAMPLE_H
#define ARTEM_LAB_UPSAMPLE_H

#include "artem/result.h"
#include "picture.h"

// painting: no larger than photo on either side. *out_picture is as large as photo, in values of 8 bits.
// ARTEM_ERROR_ARGUMENT for sizes that the composite's integers do not hold.
enum artem_result lab_upsample(const struct lab_picture *painting, const struct lab_picture *photo,
                               struct lab_picture *out_picture);

#endif
