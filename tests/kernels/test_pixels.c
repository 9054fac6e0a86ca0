// SPDX-License-Identifier: Apache-2.0
// Stored pixels and code values: tables against libm, conversions against naive_pixels.h. == throughout.
#include "naive_pixels.h"
#include "random.h"

enum { WIDTH = 64, GAP = 5, GAP_BYTE = 0xC3 };

// Stored values at which something changes.
static const uint32_t edges8[] = {0, 1, 2, 127, 128, 254, 255};
static const uint32_t edges16[] = {0, 1, 2, 255, 256, 257, 32767, 32768, 65278, 65279, 65534, 65535};
static const uint32_t edges_half[] = {0,      1,      0x003F, 0x0040, 0x00FF, 0x0100, 0x0101, 0x03FF, 0x0400,
                                      0x0401, 0x37FF, 0x3BFF, 0x3C00, 0x3C01, 0x4000, 0x7BFF, 0x7C00, 0x7C01,
                                      0x7E00, 0x7FFF, 0x8000, 0x8001, 0xBC00, 0xFBFF, 0xFC00, 0xFFFF};

static bool is_half(enum artem_pixel_format format)
{
    return format == ARTEM_PIXELS_RGBA16_SFLOAT;
}

// Stored values of a colour.
static uint32_t values_of(enum artem_pixel_format format)
{
    return artem_pixel_size(format) == 8 ? 65536 : format == ARTEM_PIXELS_A2B10G10R10_UNORM ? 1024 : 256;
}

static uint32_t alphas_of(enum artem_pixel_format format)
{
    return format == ARTEM_PIXELS_A2B10G10R10_UNORM ? 4 : values_of(format);
}

// ---- Tables ----

static uint32_t byte_of(const uint32_t *words, uint32_t i)
{
    return words[i / 4] >> i % 4 * 8 & 255;
}

static void check_value(enum artem_pixel_format format, const char *what, uint32_t i, uint32_t value, uint32_t expected)
{
    test_checks++;
    if (value != expected)
        TEST_FAIL("%s, %s of %u: %u, expected %u", artem_pixel_format_name(format), what, i, value, expected);
}

static void test_tables(enum artem_pixel_format format)
{
    const uint32_t indices = is_half(format) ? 0x3C01 : values_of(format);
    const size_t words = artem_pixel_tables_words(format);
    uint32_t *tables = malloc((words + 1) * sizeof *tables);

    CHECK_INT(words, ARTEM_PIXEL_TABLE_CODE + (indices + 3) / 4);
    memset(tables, 0xEE, (words + 1) * sizeof *tables);
    artem_pixel_tables(format, tables);
    CHECK_INT(tables[words], 0xEEEEEEEE);
    for (uint32_t c = 0; c < 256; c++) {
        check_value(format, "stored value", c, tables[c], naive_opaque_stored(format, 0, c));
        check_value(format, "linear value", c, tables[ARTEM_PIXEL_TABLE_LINEAR + c], naive.stored16[c]);
    }
    for (uint32_t i = 0; i < 65536; i++)
        check_value(format, "code of linear", i, byte_of(tables + ARTEM_PIXEL_TABLE_CODE16, i), naive.code16[i]);
    for (uint32_t i = 0; i < indices; i++)
        check_value(format, "code", i, byte_of(tables + ARTEM_PIXEL_TABLE_CODE, i), naive_opaque_code(format, i));
    for (uint32_t i = indices; i % 4 != 0; i++)
        check_value(format, "padding", i, byte_of(tables + ARTEM_PIXEL_TABLE_CODE, i), 0);
    // Eight bits cannot hold all dark code values, nor can ten.
    for (uint32_t c = 0; c < 256 && (values_of(format) == 65536 || format <= ARTEM_PIXELS_BGRA8_SRGB); c++)
        check_value(format, "code of the stored value", c, naive_opaque_code(format, tables[c]), c);
    free(tables);
}

// ---- Pictures ----

// A picture that is filled pixel by pixel and checked when its last row is full. Rows have gaps.
struct picture {
    struct artem_pixels pixels;
    uint32_t count;
    struct stored values[WIDTH];
    uint8_t codes[WIDTH][3]; // to be painted
    bool same;               // instead of `codes`, what the picture has
};

static void check_bytes(const struct picture *p, const char *what, uint32_t x, const uint8_t *actual,
                        const uint8_t *expected, size_t size)
{
    const uint32_t *v = p->values[x].v;

    test_checks++;
    for (size_t i = 0; i < size; i++)
        if (actual[i] != expected[i]) {
            TEST_FAIL("%s%s, %s of %x %x %x %x, painted %u %u %u: byte %zu is %u, expected %u",
                      artem_pixel_format_name(p->pixels.format), p->pixels.premultiplied ? ", premultiplied" : "", what,
                      v[0], v[1], v[2], v[3], p->codes[x][0], p->codes[x][1], p->codes[x][2], i, actual[i],
                      expected[i]);
            return;
        }
}

// Two rows of equal pixels, so that strides count.
static void picture_check(struct picture *p)
{
    enum { STRIDE = WIDTH * 8 + GAP, CODE_STRIDE = WIDTH * 4 + GAP };
    static uint8_t in[2 * STRIDE], out[2 * STRIDE + 8], code[2 * CODE_STRIDE];
    const enum artem_pixel_format format = p->pixels.format;
    const size_t size = artem_pixel_size(format), row = p->count * size, stride = row + GAP, out_stride = row + GAP + 3;
    uint8_t pixel[8], gap[GAP];

    memset(in, GAP_BYTE, sizeof in);
    memset(out, GAP_BYTE, sizeof out);
    memset(code, GAP_BYTE, sizeof code);
    memset(gap, GAP_BYTE, sizeof gap);
    p->pixels.width = p->count;
    p->pixels.height = 2;
    p->pixels.stored = in;
    p->pixels.stored_stride = stride;
    for (uint32_t x = 0; x < p->count; x++) {
        naive_pack(format, &p->values[x], in + x * size);
        memcpy(in + stride + x * size, in + x * size, size);
    }
    artem_pixels_to_code(&p->pixels, code, CODE_STRIDE);
    for (uint32_t x = 0; x < p->count; x++) {
        for (int k = 0; k < 3; k++)
            pixel[k] = (uint8_t)naive_code(format, p->pixels.premultiplied, &p->values[x], k);
        pixel[3] = 255;
        check_bytes(p, "code", x, code + x * 4, pixel, 4);
        check_bytes(p, "code below", x, code + CODE_STRIDE + x * 4, pixel, 4);
        for (int k = 0; k < 3; k++) {
            p->codes[x][k] = p->same ? pixel[k] : p->codes[x][k];
            code[x * 4 + (size_t)k] = code[CODE_STRIDE + x * 4 + (size_t)k] = p->codes[x][k];
        }
        code[x * 4 + 3] = (uint8_t)x; // ignored
    }
    artem_pixels_from_code(&p->pixels, code, CODE_STRIDE, out, out_stride);
    for (uint32_t x = 0; x < p->count; x++) {
        struct stored expected = p->values[x];
        for (int k = 0; k < 3; k++)
            expected.v[k] = naive_stored(format, p->pixels.premultiplied, &p->values[x], k, p->codes[x][k]);
        naive_pack(format, &expected, pixel);
        check_bytes(p, "result", x, out + x * size, pixel, size);
        check_bytes(p, "result below", x, out + out_stride + x * size, pixel, size);
    }
    CHECK(memcmp(out + row, gap, GAP) == 0 && memcmp(out + out_stride + row, gap, GAP) == 0);
    CHECK(memcmp(in + row, gap, GAP) == 0 && memcmp(code + (size_t)p->count * 4, gap, GAP) == 0);
    artem_pixels_from_code(&p->pixels, code, CODE_STRIDE, in, stride); // in place
    CHECK(memcmp(in, out, row) == 0 && memcmp(in + stride, out + out_stride, row) == 0);
    p->count = 0;
}

static void picture_add(struct picture *p, struct stored values, uint32_t r, uint32_t g, uint32_t b)
{
    p->values[p->count] = values;
    p->codes[p->count][0] = (uint8_t)r;
    p->codes[p->count][1] = (uint8_t)g;
    p->codes[p->count][2] = (uint8_t)b;
    if (++p->count == WIDTH)
        picture_check(p);
}

static void picture_end(struct picture *p)
{
    if (p->count > 0)
        picture_check(p);
}

// Every stored value, unpainted: nothing changes, but for halves that are no numbers.
static void test_unpainted(enum artem_pixel_format format)
{
    struct picture p = {.pixels.format = format, .same = true};
    const uint32_t n = values_of(format);

    for (uint32_t v = 0; v < n; v++) {
        const struct stored values = {{v, (v + n / 3) % n, n - 1 - v, random_u32() % alphas_of(format)}};
        picture_add(&p, values, 0, 0, 0);
        for (int k = 0; k < 3; k++) {
            const uint32_t code = naive_opaque_code(format, values.v[k]);
            const bool special = is_half(format) && naive_half_is_special(values.v[k]);
            check_value(format, "unpainted", values.v[k], naive_stored(format, false, &values, k, code),
                        special ? 0 : values.v[k]);
        }
    }
    picture_end(&p);
}

// Every stored value painted with other codes; up to ten bits with all.
static void test_painted(enum artem_pixel_format format)
{
    struct picture p = {.pixels.format = format};
    const uint32_t n = values_of(format), step = n == 65536 ? 251 : 3;

    for (uint32_t v = 0; v < n; v++)
        for (uint32_t c = n == 65536 ? v % step : 0; c < 256; c += step)
            picture_add(&p, (struct stored){{v, v, v, v % alphas_of(format)}}, c, (c + 1) % 256, (c + 2) % 256);
    picture_end(&p);
}

// Every pair of colour and alpha up to ten bits, beyond that random and extreme ones; unpainted and painted.
static void test_premultiplied(enum artem_pixel_format format, bool same)
{
    struct picture p = {.pixels = {.format = format, .premultiplied = true}, .same = same};
    const uint32_t n = values_of(format), alphas = alphas_of(format);
    const bool wide = n == 65536;
    const uint32_t *edges = is_half(format) ? edges_half : wide ? edges16 : edges8;
    const size_t count = is_half(format) ? sizeof edges_half : wide ? sizeof edges16 : sizeof edges8;

    for (uint32_t v = 0; v < (wide ? 0 : n); v++)
        for (uint32_t a = 0; a < alphas; a++)
            picture_add(&p, (struct stored){{v, n - 1 - v, (v + a) % n, a}}, (v + a) % 256, v * 7 % 256, a * 5 % 256);
    for (size_t i = 0; wide && i < count / sizeof *edges; i++)
        for (size_t j = 0; j < count / sizeof *edges; j++)
            for (uint32_t c = 0; c < 256; c += 5)
                picture_add(&p, (struct stored){{edges[i], edges[i], random_u32() % n, edges[j]}}, c, 255 - c, c);
    for (int i = 0; wide && i < 60000; i++) {
        const uint32_t alpha = random_u32() % n, low = random_u32() % (alpha + 1); // colours below and above alpha
        picture_add(&p, (struct stored){{low, random_u32() % n, random_u32() % n, alpha}}, random_u32() % 256,
                    random_u32() % 256, random_u32() % 256);
    }
    picture_end(&p);
}

// What the formulas are for, as far as it can be said without them.
static void test_properties(void)
{
    const struct stored bits[] = {{{0x7E01, 0xFFFF, 0x7C00, 0}}, {{0xFC00, 0x3C01, 0x8000, 0x8001}}};
    struct artem_pixels pixels = {.format = ARTEM_PIXELS_RGBA16_SFLOAT, .premultiplied = true, .width = 1, .height = 1};
    uint8_t in[8], out[8], code[4] = {200, 100, 50, 0};

    pixels.stored = in;
    for (int i = 0; i < 2; i++) { // nothing of a transparent pixel is touched
        naive_pack(pixels.format, &bits[i], in);
        artem_pixels_from_code(&pixels, code, 4, out, 8);
        CHECK(memcmp(in, out, 8) == 0);
        artem_pixels_to_code(&pixels, code, 4);
        CHECK(code[0] == 0 && code[1] == 0 && code[2] == 0 && code[3] == 255);
    }
    for (uint32_t v = 0x3C01; v < 0x7C00; v += 7)
        for (uint32_t c = 1; c < 255; c += 11) { // brighter than 1: the ratio to the clamped original stays
            const double s = (double)naive_decode(c / 255.0L), bright = naive_half_value(v);
            pixels.premultiplied = false;
            naive_pack(pixels.format, &(struct stored){{v, v, v, v}}, in);
            memset(code, (int)c, 3);
            artem_pixels_from_code(&pixels, code, 4, out, 8);
            CHECK(fabs(naive_half_value(out[0] | (uint32_t)out[1] << 8) / bright / s - 1) < 1.0 / 1024);
        }
}

int main(void)
{
    naive_pixels_start();
    for (int f = 0; f < ARTEM_PIXELS_COUNT; f++) {
        const enum artem_pixel_format format = (enum artem_pixel_format)f;
        test_tables(format);
        test_unpainted(format);
        test_painted(format);
        test_premultiplied(format, true);
        test_premultiplied(format, false);
    }
    test_properties();
    return test_result();
}
