// SPDX-License-Identifier: Apache-2.0
// Normalisation, docs/arithmetic.md §7, with one invocation per channel: kernels/normalise.c.
#include "network.glsl"
#include "int64.glsl"

layout(local_size_x = NET_CHANNELS) in;

const uint CHANNEL_PAIRS = 2u * NET_CHANNELS;

uvec2 load64(uint base, uint layer)
{
    uint at = base + layer * CHANNEL_PAIRS + 2u * gl_LocalInvocationID.x;
    return uvec2(state[at], state[at + 1u]);
}

void store64(uint base, uint layer, uvec2 v)
{
    uint at = base + layer * CHANNEL_PAIRS + 2u * gl_LocalInvocationID.x;
    state[at] = v.x;
    state[at + 1u] = v.y;
}

uvec2 calibrated64(uint base, uint layer)
{
    uint at = base + layer * CHANNEL_PAIRS + 2u * gl_LocalInvocationID.x;
    return uvec2(model[at], model[at + 1u]);
}

// Moments of one channel: of a frame in 1/256, of a state or the calibration in 1/65536.
struct Moments {
    uvec2 mean, square;
};

Moments calibration(uint layer)
{
    return Moments(calibrated64(NET_CAL_MEAN, layer), calibrated64(NET_CAL_SQUARE, layer));
}

Moments load_state(uint layer)
{
    return Moments(load64(NET_MEAN, layer), load64(NET_SQUARE, layer));
}

void store_state(uint layer, Moments m)
{
    store64(NET_MEAN, layer, m.mean);
    store64(NET_SQUARE, layer, m.square);
}

Moments frame_moments(uint layer)
{
    uint cells = frame[NET_CELLS];
    return Moments(divr64(shl64(load64(NET_SUM1, layer), 8), cells), divr64(shl64(load64(NET_SUM2, layer), 8), cells));
}

// max(E - (M · M >> 16), 1); |M| < 2^32.
uvec2 variance(Moments m)
{
    uint mean = abs64(m.mean).x;
    uvec2 product = mul32(mean, mean);
    uvec2 square = uvec2(product.x >> 16 | product.y << 16, product.y >> 16);
    return max64(sub64(m.square, square), uvec2(1u, 0u));
}

// Stores the gains that a state gives; returns D.
uint make_gains(uint layer, Moments m)
{
    Moments cal = calibration(layer);
    uint own = model[NET_ADAPT], p = layer == 0u ? 0u : 4u;
    uint i = layer * NET_CHANNELS + gl_LocalInvocationID.x;
    int gain = low16(model[NET_NORM + i]), bias = high16(model[NET_NORM + i]);

    Moments pooled = Moments(sar64(add64(mul64(cal.mean, 16u - own), mul64(m.mean, own)), 4),
                             sar64(add64(mul64(cal.square, 16u - own), mul64(m.square, own)), 4));
    uvec2 one = uvec2(1u, 0u), vc = variance(cal);
    uvec2 v = clamp64(variance(pooled), max64(sar64(vc, 4), one), shl64(vc, 4));
    v = clamp64(v, one, uvec2(0xffffffffu, 0x3fffu)); // 2^46 - 1
    uint d = max(isqrt64(shl64(v, 16)), 1u);

    uvec2 scaled = divr64(shl64(int64(gain), int(26u - p)), d);
    int a = int(clamp64(scaled, int64(-32767), int64(32767)).x);
    uvec2 product = mul32(abs64(pooled.mean).x, uint(abs(a)));
    if (is_negative(pooled.mean) != (a < 0))
        product = neg64(product);
    uvec2 moved = sar64(add64(product, uvec2(1u << 30u - p, 0u)), int(31u - p));
    int b = int(clamp64(sub64(int64(bias), moved), int64(-32768), int64(32767)).x);
    state[NET_GAINS + i] = uint(a) & 0xffffu | uint(b) << 16;
    return d;
}

Moments follow(Moments m, Moments of_frame, int pace)
{
    return Moments(add64(m.mean, sar64(sub64(shl64(of_frame.mean, 8), m.mean), pace)),
                   add64(m.square, sar64(sub64(shl64(of_frame.square, 8), m.square), pace)));
}

Moments take(Moments of_frame)
{
    return Moments(shl64(of_frame.mean, 8), shl64(of_frame.square, 8));
}

shared uvec2 terms[NET_CHANNELS];

// The sum over all channels, for all invocations.
uvec2 sum64(uvec2 v)
{
    uint i = gl_LocalInvocationID.x;
    terms[i] = v;
    barrier();
    for (uint n = NET_CHANNELS / 2u; n > 0u; n >>= 1) {
        if (i < n)
            terms[i] = add64(terms[i], terms[i + n]);
        barrier();
    }
    uvec2 sum = terms[0];
    barrier(); // terms may be written again
    return sum;
}
