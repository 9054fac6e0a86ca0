// SPDX-License-Identifier: Apache-2.0
// The operands of a product as numbers, and in the formats of peers.
#include <stdlib.h>

#include "artem_kernels/binary.h"
#include "product.h"

int product_value(const struct product *p, size_t row, size_t channel)
{
    const size_t bytes = p->channels / 8;
    int value = 0;

    if (!p->backward)
        return p->x[row * p->channels + channel] > p->t[channel];
    for (uint32_t plane = 0; plane < p->args.planes; plane++)
        value += product_bit(p->planes + (row * p->args.planes + plane) * bytes, channel) *
                 artem_bgrad_weight((int)plane, (int)p->args.planes);
    return p->args.signs ? 2 * value - 1 : value;
}

int product_weight(const struct product *p, size_t n, size_t k)
{
    return product_bit(p->weights + n * (p->args.k / 8), k) ? 1 : -1;
}

uint16_t product_half(int value)
{
    const unsigned magnitude = (unsigned)abs(value);

    if (magnitude == 0)
        return 0;
    const unsigned exponent = 31 - (unsigned)__builtin_clz(magnitude);
    return (uint16_t)((value < 0 ? 0x8000U : 0U) | (exponent + 15) << 10 | ((magnitude << 10 >> exponent) & 1023));
}

static void put(enum product_form form, void *out, size_t i, int value)
{
    if (form == PRODUCT_FLOAT)
        ((float *)out)[i] = (float)value;
    else if (form == PRODUCT_HALF)
        ((uint16_t *)out)[i] = product_half(value);
    else
        ((int8_t *)out)[i] = (int8_t)value;
}

struct filling {
    const struct product *p;
    enum product_form form;
};

static void fill_a(const void *user, size_t first, size_t count, void *out)
{
    const struct filling *f = user;
    const size_t channels = f->p->channels;

    for (size_t i = 0; i < count; i++)
        put(f->form, out, i, product_value(f->p, (first + i) / channels, (first + i) % channels));
}

static void fill_b(const void *user, size_t first, size_t count, void *out)
{
    const struct filling *f = user;
    const size_t n = f->p->args.n, k = f->p->args.k;

    for (size_t i = 0; i < count; i++) {
        const size_t at = first + i;
        put(f->form, out, i,
            f->form == PRODUCT_FLOAT ? product_weight(f->p, at % n, at / n) : product_weight(f->p, at / k, at % k));
    }
}

static void fill_forward(const void *user, size_t first, size_t count, void *out)
{
    const struct filling *f = user;

    for (size_t i = 0; i < count; i++)
        put(f->form, out, i, product_bit(f->p->forward, first + i) ? 1 : -1);
}

bool product_form(struct product *p, enum product_form form)
{
    const size_t size = form == PRODUCT_FLOAT ? 4 : form == PRODUCT_HALF ? 2 : 1;
    const size_t a = (size_t)p->rows * p->channels, b = (size_t)p->args.n * p->args.k;
    const struct filling f = {p, form};

    gpu_free(p->gpu, &p->form_a);
    gpu_free(p->gpu, &p->form_b);
    return gpu_alloc(p->gpu, a * size, &p->form_a) && gpu_alloc(p->gpu, b * size, &p->form_b) &&
           gpu_fill(p->gpu, p->form_a, a, size, fill_a, &f) && gpu_fill(p->gpu, p->form_b, b, size, fill_b, &f);
}

bool product_form_forward_weights(struct product *p)
{
    const size_t b = (size_t)p->args.n * p->args.k;
    const struct filling f = {p, PRODUCT_HALF};

    return gpu_fill(p->gpu, p->form_b, b, 2, fill_forward, &f);
}
