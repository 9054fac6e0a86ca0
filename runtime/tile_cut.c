// SPDX-License-Identifier: Apache-2.0
// The views stand in a row, one after the other; the row is cut in two, between two groups of devices, then each half
// again. A view that the cut goes through is cut across its longer side, so that tiles stay compact and halos small.
#include "tile_cut.h"

#include <math.h>

struct tile_sizes tile_sizes_of(const struct artem_engine_frame *frame)
{
    struct tile_sizes sizes = {.views = frame->views};

    for (uint32_t v = 0; v < frame->views; v++) {
        sizes.view[v].width = frame->view[v].width / 4;
        sizes.view[v].height = frame->view[v].height / 4;
    }
    return sizes;
}

bool tile_sizes_equal(const struct tile_sizes *a, const struct tile_sizes *b)
{
    bool equal = a->views == b->views;

    for (uint32_t v = 0; v < a->views && equal; v++)
        equal = a->view[v].width == b->view[v].width && a->view[v].height == b->view[v].height;
    return equal;
}

static uint64_t area(const struct tile_rect *rect)
{
    return (uint64_t)rect->width * rect->height;
}

static void add(struct tile_share *share, uint32_t view, const struct tile_rect *rect)
{
    if (area(rect) > 0)
        share->part[share->parts++] = (struct tile_part){view, *rect};
}

// Of a rectangle, about `wanted` cells go to the first share.
static void cut_part(const struct tile_part *part, double wanted, uint32_t least, struct tile_share *first,
                     struct tile_share *second)
{
    const bool tall = part->rect.height >= part->rect.width;
    const uint32_t side = tall ? part->rect.height : part->rect.width;
    const double at = (double)side * wanted / (double)area(&part->rect);
    struct tile_rect one = part->rect, other = part->rect;
    uint32_t place = at <= 0 ? 0 : at >= side ? side : (uint32_t)lround(at);

    // Nearer to an edge than it may be: all or nothing.
    if (place < least || side - place < least)
        place = 2 * place < side ? 0 : side;
    if (tall) {
        one.height = place;
        other.y += place;
        other.height -= place;
    } else {
        one.width = place;
        other.x += place;
        other.width -= place;
    }
    add(first, part->view, &one);
    add(second, part->view, &other);
}

static double total(const double *weights, uint32_t count)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    return sum;
}

static bool split(const struct tile_share *all, uint32_t count, const double *weights, uint32_t least,
                  struct tile_share *out_shares)
{
    const uint32_t half = count / 2;
    struct tile_share first = {0}, second = {0};

    if (count == 1 || all->parts == 0) {
        out_shares[0] = *all;
        return all->parts > 0;
    }
    double wanted = (double)tile_share_cells(all) * total(weights, half) / total(weights, count);
    for (uint32_t i = 0; i < all->parts; i++) {
        cut_part(&all->part[i], wanted, least, &first, &second);
        wanted -= (double)area(&all->part[i].rect);
    }
    return split(&first, half, weights, least, out_shares) &&
           split(&second, count - half, weights + half, least, out_shares + half);
}

bool tile_cut(const struct tile_sizes *sizes, uint32_t count, const double *weights, uint32_t least,
              struct tile_share *out_shares)
{
    struct tile_share all = {0};

    for (uint32_t v = 0; v < sizes->views; v++)
        add(&all, v, &(struct tile_rect){0, 0, sizes->view[v].width, sizes->view[v].height});
    return split(&all, count, weights, least, out_shares);
}

static uint32_t before(uint32_t at)
{
    return at > TILE_HALO ? at - TILE_HALO : 0;
}

static uint32_t after(uint32_t at, uint32_t size)
{
    return at + TILE_HALO < size ? at + TILE_HALO : size;
}

struct tile_rect tile_with_halo(const struct tile_sizes *sizes, const struct tile_part *part)
{
    const struct tile_rect *r = &part->rect;
    const uint32_t x = before(r->x), y = before(r->y);

    return (struct tile_rect){x, y, after(r->x + r->width, sizes->view[part->view].width) - x,
                              after(r->y + r->height, sizes->view[part->view].height) - y};
}

uint64_t tile_share_cells(const struct tile_share *share)
{
    uint64_t cells = 0;

    for (uint32_t i = 0; i < share->parts; i++)
        cells += area(&share->part[i].rect);
    return cells;
}

uint64_t tile_share_work(const struct tile_sizes *sizes, const struct tile_share *share)
{
    uint64_t cells = 0;

    for (uint32_t i = 0; i < share->parts; i++) {
        const struct tile_rect rect = tile_with_halo(sizes, &share->part[i]);
        cells += area(&rect);
    }
    return cells;
}
