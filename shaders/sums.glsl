// SPDX-License-Identifier: Apache-2.0
// The sums of a layer over the cells of a workgroup and 32 channels (docs/arithmetic.md §7): gathered in shared
// memory, added to the frame's with two 32-bit atomics.

shared uint tile[NET_TILE * 32];

// So that a column's cells lie in different banks, and a row's do. A column more would do, too, but 8 KB are what more
// workgroups find room for.
uint tile_at(uint row, uint channel)
{
    return row * 32u + (channel ^ (row & 31u));
}

void add64(uint at, uint low, uint high)
{
    uint before = atomicAdd(state[at], low);
    high += before + low < low ? 1u : 0u;
    if (high != 0u)
        atomicAdd(state[at + 1u], high);
}

// All invocations call it, after each has put 32 words at tile_at(its number, 0 …): the values of two cells, or zeros, 16
// bits each.
// Squares are summed in halves of 16 bits, which do not overflow.
void add_sums(uint layer, uint first_channel)
{
    barrier();
    uint channel = gl_LocalInvocationID.x & 31u, part = gl_LocalInvocationID.x >> 5;
    int sum = 0;
    uint low = 0u, high = 0u;
    for (uint i = 0u; i < 32u; i++) {
        uint word = tile[tile_at(part * 32u + i, channel)];
        int a = low16(word), b = high16(word);
        uint square_a = uint(a * a), square_b = uint(b * b);
        sum += a + b;
        low += (square_a & 0xffffu) + (square_b & 0xffffu);
        high += (square_a >> 16) + (square_b >> 16);
    }
    uint at = 2u * (layer * NET_CHANNELS + first_channel + channel);
    add64(NET_SUM1 + at, uint(sum), sum < 0 ? 0xffffffffu : 0u);
    uint square = low + (high << 16);
    add64(NET_SUM2 + at, square, (high >> 16) + (square < low ? 1u : 0u));
}
