// SPDX-License-Identifier: Apache-2.0
// The first launch of a frame: each layer's gains from the state that the frames before have left (one block a layer;
// none in a step, which has its gains from the host), and the encoder's input, docs/arithmetic.md §4 (one thread a
// cell).
#include "moments.cuh"

DEVICE void begin_layer(const artem_cuda_args &args, uint32_t layer)
{
    __shared__ int64_t scratch[4];
    artem_cuda_state &state = state_of(args);
    const uint32_t channel = threadIdx.x;
    moments m = load_state(state, layer, channel);

    if (frame_of(args).restart != 0) {
        m = calibration(style_of(args), layer, channel);
        store_state(state, layer, channel, m);
    }
    state.sum1[layer][channel] = state.sum2[layer][channel] = 0;
    const int64_t deviations = block_sum(make_gains(args, layer, channel, m), scratch);
    if (channel == 0) {
        state.done[layer] = 0;
        if (layer == 0)
            state.deviations = deviations;
    }
}

DEVICE uint32_t noise4(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x7FEB352Du;
    h ^= h >> 15;
    h *= 0x846CA68Bu;
    h ^= h >> 16;
    return h;
}

// (minor << 15) / major, for minor <= major: an estimate that is off by one at most, and the remainder that tells.
DEVICE int32_t divide(uint32_t minor, uint32_t major)
{
    const int32_t q = (int32_t)((float)minor / (float)major * 32768.0f);
    const int64_t rest = ((int64_t)minor << 15) - (int64_t)q * (int64_t)major;

    return q - (rest < 0) + (rest >= (int64_t)major);
}

// Where minor / major lies on its face, in sixteenths of a lattice step. All quotients are of positive numbers.
DEVICE uint32_t place(int32_t minor, uint32_t major, uint32_t density)
{
    const int32_t u = divide((uint32_t)abs(minor), major), v = u * u >> 15;
    const int32_t f = u * (41721 - (v * (11950 - (v * 2997 >> 15)) >> 15)) >> 15;

    return (uint32_t)((minor < 0 ? -f : f) + (1 << 15)) * density >> 11;
}

// round(256 · cos(πi/32)), i 0..16: bytes of two words, without memory that each thread would have to fill.
DEVICE int32_t cosine(uint32_t i)
{
    const uint64_t first = 0xC6D5E2EDF5FBFFFFu, second = 0x19324A62798EA2B5u; // 0 and 16 are not bytes, or not there

    return i == 0 ? 256 : i == 16 ? 0 : (int32_t)((i < 8 ? first : second) >> 8 * (i & 7) & 255);
}

struct gaze {
    uint32_t density, face, x, y, fx, fy; // where a cell looks at the noise
};

DEVICE gaze find_gaze(const artem_cuda_frame::artem_cuda_picture &p, int32_t x, int32_t y)
{
    if (p.density == 0)
        return {0, 0, (uint32_t)p.map[2] + (uint32_t)x, (uint32_t)p.map[5] + (uint32_t)y, 0, 0};
    int32_t d[3];
    for (int i = 0; i < 3; i++)
        d[i] = p.map[3 * i] * x + p.map[3 * i + 1] * y + p.map[3 * i + 2];
    const int32_t sx = abs(d[0]), sy = abs(d[1]), sz = abs(d[2]);
    const int axis = sz >= sx && sz >= sy ? 2 : sy >= sx ? 1 : 0;
    const int32_t along = axis == 2 ? d[2] : axis == 1 ? d[1] : d[0];
    const uint32_t major = (uint32_t)max(abs(along), 1), density = (uint32_t)p.density;
    const uint32_t px = place(axis == 2 ? d[0] : axis == 1 ? d[2] : d[1], major, density);
    const uint32_t py = place(axis == 2 ? d[1] : axis == 1 ? d[0] : d[2], major, density);
    return {density, 1 + 2 * (uint32_t)axis + (along < 0), px >> 4, py >> 4, px & 15, py & 15};
}

// Four times four channels of noise, -128..127, scaled and offset as the encoder takes them. POINTS of the lattice.
template <int POINTS> DEVICE void noise_words(uint32_t words[4], const gaze &g, int32_t amp)
{
    int32_t weight[POINTS], begin = 1 << 15; // 128 is subtracted from all bytes of a point
    uint32_t place[POINTS];

#pragma unroll
    for (int k = 0; k < POINTS; k++) {
        const uint32_t i = k & 1, j = k >> 1;
        weight[k] = POINTS > 1 ? cosine(i ? 16 - g.fx : g.fx) * cosine(j ? 16 - g.fy : g.fy) : 65536;
        place[k] = (g.x + i) * 0x9E3779B1u ^ (g.y + j) * 0x85EBCA77u;
        begin -= 128 * weight[k];
    }
#pragma unroll
    for (uint32_t group = 0; group < 4; group++) {
        const uint32_t channels = (g.face * 4 + group) * 0xC2B2AE3Du;
        int32_t v[4] = {begin, begin, begin, begin};
#pragma unroll
        for (int k = 0; k < POINTS; k++) {
            const uint32_t h = noise4(place[k] ^ channels);
#pragma unroll
            for (int c = 0; c < 4; c++)
                v[c] += weight[k] * (int32_t)(h >> 8 * c & 255);
        }
#pragma unroll
        for (int c = 0; c < 4; c++)
            v[c] = 128 + ((clamp32(v[c] >> 16, -128, 127) * amp) >> 7);
        words[group] = pack_u8(v[0], v[1], v[2], v[3]);
    }
}

DEVICE void input_cell(const artem_cuda_args &args, uint32_t cell)
{
    uint32_t v = 0;

    while (v + 1 < args.shape.views && cell >= args.shape.view[v + 1].first)
        v++;
    const artem_cuda_frame::artem_cuda_picture &picture = frame_of(args).picture[v];
    const uint32_t qw = args.shape.view[v].qw, index = cell - args.shape.view[v].first;
    const uint32_t y = index / qw, x = index - y * qw;
    const uint4 *in = reinterpret_cast<const uint4 *>(picture.in) + (size_t)(4 * y) * qw + x;
    uint32_t low[3] = {255, 255, 255}, high[3] = {0, 0, 0}, words[16];

#pragma unroll
    for (int dy = 0; dy < 4; dy++) {
        const uint4 row = in[dy * qw];
        const uint32_t p[4] = {row.x, row.y, row.z, row.w};
#pragma unroll
        for (int dx = 0; dx < 4; dx++)
#pragma unroll
            for (int k = 0; k < 3; k++) {
                low[k] = min(low[k], p[dx] >> 8 * k & 255u);
                high[k] = max(high[k], p[dx] >> 8 * k & 255u);
            }
        words[3 * dy] = (p[0] & 0xffffffu) | p[1] << 24;
        words[3 * dy + 1] = (p[1] >> 8 & 0xffffu) | p[2] << 16;
        words[3 * dy + 2] = (p[2] >> 16 & 0xffu) | p[3] << 8;
    }
    const uint32_t spread = max(high[0] - low[0], max(high[1] - low[1], high[2] - low[2]));
    const int32_t amp = max(32 - (int32_t)spread, 0);
    if (amp == 0) // so much detail that there is no noise
        words[12] = words[13] = words[14] = words[15] = 0x80808080u;
    else if (picture.density == 0)
        noise_words<1>(words + 12, find_gaze(picture, (int32_t)x, (int32_t)y), amp);
    else
        noise_words<4>(words + 12, find_gaze(picture, (int32_t)x, (int32_t)y), amp);
    uint4 *out = reinterpret_cast<uint4 *>(tensor_of(args, ARTEM_CUDA_INPUT) + (size_t)cell * 64);
#pragma unroll
    for (int i = 0; i < 4; i++)
        out[i] = make_uint4(words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]);
}

KERNEL(artem_cuda_input, ARTEM_CUDA_INPUT_THREADS, 4)
{
    const uint32_t layers = args.pass == ARTEM_CUDA_PASS_STEP ? 0 : ARTEM_CUDA_LAYERS;

    if (blockIdx.x < layers) {
        begin_layer(args, blockIdx.x);
        return;
    }
    const uint32_t cell = (blockIdx.x - layers) * ARTEM_CUDA_INPUT_THREADS + threadIdx.x;
    if (cell < args.shape.cells)
        input_cell(args, cell);
}
