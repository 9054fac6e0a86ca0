// SPDX-License-Identifier: Apache-2.0
// 64-bit integers in two's complement as uvec2, low word first: base shaders have none of their own.

uvec2 add64(uvec2 a, uvec2 b)
{
    uint carry, low = uaddCarry(a.x, b.x, carry);
    return uvec2(low, a.y + b.y + carry);
}

uvec2 neg64(uvec2 a)
{
    return add64(~a, uvec2(1u, 0u));
}

uvec2 sub64(uvec2 a, uvec2 b)
{
    uint borrow, low = usubBorrow(a.x, b.x, borrow);
    return uvec2(low, a.y - b.y - borrow);
}

bool is_negative(uvec2 a)
{
    return int(a.y) < 0;
}

uvec2 abs64(uvec2 a)
{
    return is_negative(a) ? neg64(a) : a;
}

uvec2 int64(int a)
{
    return uvec2(uint(a), a < 0 ? 0xffffffffu : 0u);
}

// a < b, signed.
bool less64(uvec2 a, uvec2 b)
{
    return int(a.y) < int(b.y) || a.y == b.y && a.x < b.x;
}

uvec2 max64(uvec2 a, uvec2 b)
{
    return less64(a, b) ? b : a;
}

uvec2 clamp64(uvec2 v, uvec2 low, uvec2 high)
{
    return less64(v, low) ? low : less64(high, v) ? high : v;
}

// Shifts by 1 to 31.
uvec2 shl64(uvec2 a, int n)
{
    return uvec2(a.x << n, a.y << n | a.x >> 32 - n);
}

uvec2 sar64(uvec2 a, int n)
{
    return uvec2(a.x >> n | a.y << 32 - n, uint(int(a.y) >> n));
}

uvec2 mul32(uint a, uint b)
{
    uint high, low;
    umulExtended(a, b, high, low);
    return uvec2(low, high);
}

// a · b for signed a; the product must fit.
uvec2 mul64(uvec2 a, uint b)
{
    uvec2 low = mul32(a.x, b);
    return uvec2(low.x, low.y + a.y * b);
}

// Quotient of an unsigned a and b, 0 < b < 2^31.
uvec2 div64(uvec2 a, uint b, out uint rest)
{
    uint high = a.y / b, low = 0u;
    rest = a.y - high * b;
    for (int i = 31; i >= 0; i--) {
        rest = rest << 1 | a.x >> i & 1u;
        low <<= 1;
        if (rest >= b) {
            rest -= b;
            low |= 1u;
        }
    }
    return uvec2(low, high);
}

// docs/arithmetic.md §1 for 0 < b < 2^31: rounded, halves upwards, also for negative a.
uvec2 divr64(uvec2 a, uint b)
{
    uint rest;
    uvec2 q = div64(abs64(a), b, rest);
    if (is_negative(a))
        return neg64(2u * rest > b ? add64(q, uvec2(1u, 0u)) : q);
    return 2u * rest >= b ? add64(q, uvec2(1u, 0u)) : q;
}

// Root of v < 2^62, rounded down.
uint isqrt64(uvec2 v)
{
    uint root = 0u;
    for (int i = 30; i >= 0; i--) {
        uint more = root | 1u << i;
        uvec2 square = mul32(more, more);
        if (square.y < v.y || square.y == v.y && square.x <= v.x)
            root = more;
    }
    return root;
}
