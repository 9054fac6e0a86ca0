// SPDX-License-Identifier: Apache-2.0
// Bilinear doubling with clamped borders, docs/arithmetic.md §5: of the 3 x 3 words around a cell, to the 4 x 4 doubled
// words at twice its place - 1 … + 2, those that 3 x 3 convolutions at its four doubled places look at. Four bytes at a
// time, even and odd ones apart, so that each has 16 bits. Beyond the border the doubled tensor repeats its outermost
// word, which is what the weights give where the cell before is the cell itself.

const uint EVEN_BYTES = 0x00ff00ffu;

// Along one axis: the doubled places between and beside a, b, c.
uvec4 spread(uint a, uint b, uint c)
{
    return uvec4(3u * a + b, 3u * b + a, 3u * b + c, 3u * c + b);
}

void double_halves(uvec3 row[3], out uvec4 doubled[4])
{
    uvec4 a = spread(row[0].x, row[0].y, row[0].z);
    uvec4 b = spread(row[1].x, row[1].y, row[1].z);
    uvec4 c = spread(row[2].x, row[2].y, row[2].z);
    const uint rounding = 8u * 0x00010001u;
    doubled[0] = 3u * a + b + rounding >> 4 & EVEN_BYTES;
    doubled[1] = 3u * b + a + rounding >> 4 & EVEN_BYTES;
    doubled[2] = 3u * b + c + rounding >> 4 & EVEN_BYTES;
    doubled[3] = 3u * c + b + rounding >> 4 & EVEN_BYTES;
}

void double_words(uvec3 row[3], out uvec4 doubled[4])
{
    uvec3 even[3], odd[3];
    uvec4 odds[4];
    for (int i = 0; i < 3; i++) {
        even[i] = row[i] & EVEN_BYTES;
        odd[i] = row[i] >> 8 & EVEN_BYTES;
    }
    double_halves(even, doubled);
    double_halves(odd, odds);
    for (int i = 0; i < 4; i++)
        doubled[i] |= odds[i] << 8;
}

// Adds the byte sums of the 3 x 3 words that each of the four doubled places looks at.
void add_windows(uvec4 doubled[4], inout uvec4 pairs)
{
    uvec2 rows[4];
    for (int i = 0; i < 4; i++) {
        uvec4 sums = uvec4(byte_pairs(doubled[i].x), byte_pairs(doubled[i].y), byte_pairs(doubled[i].z),
                           byte_pairs(doubled[i].w));
        rows[i] = sums.xw + sums.y + sums.z;
    }
    uvec2 middle = rows[1] + rows[2];
    pairs += uvec4(rows[0] + middle, rows[3] + middle);
}

// Where the three columns (or rows) around i begin that lie inside.
uvec3 around(uint i, uint size)
{
    return uvec3(i > 0u ? i - 1u : 0u, i, min(i + 1u, size - 1u));
}
