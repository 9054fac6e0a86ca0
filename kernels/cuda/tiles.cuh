// SPDX-License-Identifier: Apache-2.0
// Tiles of the views, and which rows of a tensor-core fragment stand for which of a tile's cells.
#ifndef ARTEM_KERNELS_CUDA_TILES_CUH
#define ARTEM_KERNELS_CUDA_TILES_CUH

#include "device.cuh"

struct tile_place {
    uint32_t view;
    int32_t width, height; // of the view
    uint32_t first;        // its first cell or pixel
    int32_t x, y;          // where the tile begins
};

// Of tiles of WIDTH x HEIGHT, a cell being SCALE pixels wide and high. `index` is below count_tiles.
template <int SCALE, int WIDTH, int HEIGHT> DEVICE tile_place find_tile(const artem_cuda_shape &shape, uint32_t index)
{
    uint32_t v = 0;

    for (;; v++) {
        const uint32_t columns = (shape.view[v].qw * SCALE + WIDTH - 1) / WIDTH;
        const uint32_t tiles = columns * ((shape.view[v].qh * SCALE + HEIGHT - 1) / HEIGHT);
        if (index < tiles) {
            const uint32_t row = index / columns;
            return {v,
                    (int32_t)shape.view[v].qw * SCALE,
                    (int32_t)shape.view[v].qh * SCALE,
                    shape.view[v].first * SCALE * SCALE,
                    (int32_t)(index - row * columns) * WIDTH,
                    (int32_t)row * HEIGHT};
        }
        index -= tiles;
    }
}

template <int SCALE, int WIDTH, int HEIGHT> DEVICE uint32_t count_tiles(const artem_cuda_shape &shape)
{
    uint32_t tiles = 0;

    for (uint32_t v = 0; v < shape.views; v++)
        tiles += (shape.view[v].qw * SCALE + WIDTH - 1) / WIDTH * ((shape.view[v].qh * SCALE + HEIGHT - 1) / HEIGHT);
    return tiles;
}

// The units' tiles of one block: every gridDim.x-th one, from the first or (back) from the last one on. What the kernel
// before has written last is still in the cache, so each begins where that one has ended.
struct tile_walk {
    tile_place tile;
    uint32_t left;             // tiles, with this one
    int32_t right, down;       // to the next one
    uint32_t whole_w, whole_h; // of the view, in whole tiles
};

DEVICE tile_walk find_walk(const artem_cuda_shape &shape, uint32_t tiles, uint32_t left, bool back)
{
    const tile_place tile = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(shape, back ? left - 1 : tiles - left);
    const int32_t columns = (tile.width + ARTEM_CUDA_TILE_W - 1) / ARTEM_CUDA_TILE_W;
    const int32_t rows = (tile.height + ARTEM_CUDA_TILE_H - 1) / ARTEM_CUDA_TILE_H;
    const int32_t down = (int32_t)gridDim.x / columns, right = (int32_t)gridDim.x - down * columns;

    return {tile,
            left,
            (back ? -right : right) * ARTEM_CUDA_TILE_W,
            (back ? -down : down) * ARTEM_CUDA_TILE_H,
            (uint32_t)columns * ARTEM_CUDA_TILE_W,
            (uint32_t)rows * ARTEM_CUDA_TILE_H};
}

// blockIdx.x is below `tiles`, which is how many there are.
DEVICE tile_walk begin_walk(const artem_cuda_shape &shape, uint32_t tiles, bool back)
{
    return find_walk(shape, tiles, tiles - blockIdx.x, back);
}

// False where there is no tile left.
DEVICE bool next_tile(tile_walk &walk, const artem_cuda_shape &shape, uint32_t tiles, bool back)
{
    if (walk.left <= gridDim.x)
        return false;
    walk.left -= gridDim.x;
    walk.tile.x += walk.right;
    walk.tile.y += walk.down;
    // As unsigned numbers, what is left of or above the view is beyond it too.
    if ((uint32_t)walk.tile.x >= walk.whole_w) {
        walk.tile.x += back ? (int32_t)walk.whole_w : -(int32_t)walk.whole_w;
        walk.tile.y += back ? -ARTEM_CUDA_TILE_H : ARTEM_CUDA_TILE_H;
    }
    if ((uint32_t)walk.tile.y >= walk.whole_h)
        walk = find_walk(shape, tiles, walk.left, back); // of the next view
    return true;
}

// The whole tile is inside its view, so that no cell has to be looked at.
DEVICE bool is_full(const tile_place &tile)
{
    return tile.x + ARTEM_CUDA_TILE_W <= tile.width && tile.y + ARTEM_CUDA_TILE_H <= tile.height;
}

// Whether the cell at (x, y) of the tile's view counts for sums. Only kernels for parts of views ask: for the others,
// all do, and they would have to keep more in registers.
DEVICE bool counts(const artem_cuda_shape &shape, const tile_place &tile, int32_t x, int32_t y)
{
    const artem_cuda_rect &inside = shape.view[tile.view].inside;

    return (uint32_t)x - inside.x < inside.width && (uint32_t)y - inside.y < inside.height;
}

// The cell at (x, y) of the view, or the nearest one inside: the replicated border.
DEVICE uint32_t clamped_cell(const tile_place &tile, int32_t x, int32_t y)
{
    return tile.first + (uint32_t)(clamp32(y, 0, tile.height - 1) * tile.width + clamp32(x, 0, tile.width - 1));
}

// Cell of the view for entry `halo` of a tile's cells with those around it.
DEVICE uint32_t halo_cell(const tile_place &tile, uint32_t halo)
{
    const int32_t row = (int32_t)(halo / ARTEM_CUDA_HALO_W), column = (int32_t)(halo % ARTEM_CUDA_HALO_W);

    return clamped_cell(tile, tile.x + column - 1, tile.y + row - 1);
}

// A tile is two squares of 8 x 8 cells, so that eight rows of a fragment are neighbours.
DEVICE int32_t tile_x(uint32_t i)
{
    return (int32_t)((i >> 6) * 8 + (i & 7));
}

DEVICE int32_t tile_y(uint32_t i)
{
    return (int32_t)(i >> 3 & 7);
}

// From the first of a thread's four cells to that of group g: columns, rows. They are one below the other, or
// (Cells::side_by_side) two and two.
template <class Cells> DEVICE int32_t across(int g)
{
    return Cells::side_by_side ? 8 * (g >> 1) : 0;
}

template <class Cells> DEVICE int32_t down(int g)
{
    return Cells::side_by_side ? g & 1 : g;
}

// The entry of the halo up and left of cell i, where its window begins, and how far from there a tap is.
DEVICE uint32_t window_of(uint32_t i)
{
    return (uint32_t)(tile_y(i) * ARTEM_CUDA_HALO_W + tile_x(i));
}

DEVICE uint32_t tap_offset(uint32_t tap)
{
    return tap / 3 * ARTEM_CUDA_HALO_W + tap % 3;
}

// Convolutions whose warps load both sides themselves.
struct conv_by_loads {
    static constexpr bool side_by_side = false;

    // Brings what ordinary stores and this thread's copies have written to where the convolution reads it, before the
    // block's barrier.
    DEVICE void arrived()
    {
    }
};

#endif
