// SPDX-License-Identifier: Apache-2.0
// Capture, scaling and composite on a real Vulkan device against the reference kernels, byte for byte: odd sizes, rects
// and slices inside the image, every format, opaque and premultiplied, all strengths.
#include <stdlib.h>

#include "artem_kernels/picture.h"
#include "artem_kernels/pixels.h"
#include "test.h"
#include "vk_target.h"
#include "vulkan_host.h"

static const VkFormat formats[] = {
    VK_FORMAT_R8G8B8A8_SRGB,
    VK_FORMAT_B8G8R8A8_SRGB,
    VK_FORMAT_R8G8B8A8_UNORM,
    VK_FORMAT_B8G8R8A8_UNORM,
    VK_FORMAT_A2B10G10R10_UNORM_PACK32,
    VK_FORMAT_R16G16B16A16_UNORM,
    VK_FORMAT_R16G16B16A16_SFLOAT,
};
static struct vulkan_device *device;
static struct vk_shaders *shaders;
static uint32_t random_state = 1;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

// Noise, flat areas, hard edges and extremes, so that every branch of the weights is taken. In 16 bit formats also
// ordinary values, infinities and what is no number.
static void fill(void *data, size_t pixels, size_t pixel_size)
{
    const uint16_t halves[] = {0x0000, 0x3C00, 0x3800, 0x3555, 0x4200, 0x7BFF, 0x7C00, 0xFC00,
                               0x7E00, 0x8000, 0xB800, 0x0001, 0x03FF, 0x0400, 0x3BFF, 0x3C01};
    uint8_t *bytes = data;

    for (size_t i = 0; i < pixels; i++) {
        const uint32_t r = next_random();
        uint8_t *pixel = bytes + i * pixel_size;

        if (i > 0 && r % 4 != 0) {
            memcpy(pixel, pixel - pixel_size, pixel_size);
        } else if (r % 16 == 0) {
            memset(pixel, (r & 256) != 0 ? 255 : 0, pixel_size);
        } else if (pixel_size == 8 && r % 16 < 12) {
            for (unsigned k = 0; k < 4; k++)
                memcpy(pixel + 2 * k,
                       &(uint16_t){next_random() % 2 ? halves[next_random() % 16] : next_random() % 0x3C01}, 2);
        } else {
            for (unsigned k = 0; k < pixel_size; k++)
                pixel[k] = (uint8_t)(next_random() >> 7);
        }
    }
}

enum { RECTS = 2 };

struct shape {
    uint32_t width, height, slices; // of the image
    struct {
        uint32_t slice;
        VkRect2D rect;
        uint32_t w, h; // style resolution; 0: no second picture
    } rects[RECTS];
    VkFormat format;
    bool premultiplied;
    uint32_t strength, keep, text;
};

static void compare(const char *what, const struct shape *shape, const void *got, const void *expected, size_t size)
{
    const uint8_t *a = got, *b = expected;
    size_t wrong = 0, first = 0;

    for (size_t i = size; i-- > 0;) {
        if (a[i] != b[i]) {
            wrong++;
            first = i;
        }
    }
    test_checks++;
    if (wrong > 0)
        TEST_FAIL("%s: %ux%u x %u, rect %d,%d %ux%u, style %ux%u, format %d%s, strength %u, keep %u, text %u: %zu of "
                  "%zu bytes "
                  "differ, first %zu: %u, expected %u",
                  what, shape->width, shape->height, shape->slices, shape->rects[0].rect.offset.x,
                  shape->rects[0].rect.offset.y, shape->rects[0].rect.extent.width, shape->rects[0].rect.extent.height,
                  shape->rects[0].w, shape->rects[0].h, shape->format, shape->premultiplied ? " premultiplied" : "",
                  shape->strength, shape->keep, shape->text, wrong, size, first, a[first], b[first]);
}

static struct artem_pixels find_pixels(const struct shape *shape, unsigned rect, const uint8_t *stored)
{
    struct artem_pixels pixels = {
        .premultiplied = shape->premultiplied,
        .width = shape->rects[rect].rect.extent.width,
        .height = shape->rects[rect].rect.extent.height,
    };
    size_t size;

    CHECK(vk_find_format(shape->format, &pixels.format));
    size = artem_pixel_size(pixels.format);
    pixels.stored_stride = shape->width * size;
    pixels.stored = stored + shape->rects[rect].slice * shape->height * pixels.stored_stride +
                    (size_t)shape->rects[rect].rect.offset.y * pixels.stored_stride +
                    (size_t)shape->rects[rect].rect.offset.x * size;
    return pixels;
}

static struct vk_picture_info find_info(const struct shape *shape, unsigned rect)
{
    return (struct vk_picture_info){
        .slice = shape->rects[rect].slice,
        .rect = shape->rects[rect].rect,
        .premultiplied = shape->premultiplied,
        .style_width = shape->rects[rect].w,
        .style_height = shape->rects[rect].h,
    };
}

// What the shaders have to give for one picture; `expected` is the whole image.
static void check_scaled(const struct shape *shape, unsigned rect, const uint8_t *original, const void *got)
{
    const struct artem_pixels pixels = find_pixels(shape, rect, original);
    const uint32_t w = shape->rects[rect].w, h = shape->rects[rect].h;
    uint8_t *code = malloc((size_t)pixels.width * pixels.height * 4), *out = malloc((size_t)w * h * 4);
    struct artem_scale scale = {
        .full_width = pixels.width,
        .full_height = pixels.height,
        .width = w,
        .height = h,
        .in = code,
        .in_stride = (size_t)pixels.width * 4,
        .out = out,
        .out_stride = (size_t)w * 4,
    };

    artem_pixels_to_code(&pixels, code, scale.in_stride);
    artem_scale_rows(&scale, 0, h);
    compare("downscale", shape, got, out, (size_t)w * h * 4);
    free(code);
    free(out);
}

static void expect_composite(const struct shape *shape, unsigned rect, const uint8_t *original, const void *in,
                             const void *styled, uint8_t *expected)
{
    const struct artem_pixels pixels = find_pixels(shape, rect, original);
    const struct artem_pixels place = find_pixels(shape, rect, expected);
    const uint32_t w = shape->rects[rect].w, h = shape->rects[rect].h;
    uint8_t *code = malloc((size_t)pixels.width * pixels.height * 4);
    uint8_t *out = malloc((size_t)pixels.width * pixels.height * 4);
    struct artem_composite composite = {
        .full_width = pixels.width,
        .full_height = pixels.height,
        .width = w,
        .height = h,
        .strength = shape->strength,
        .keep = shape->keep,
        .text = shape->text,
        .original = code,
        .original_stride = (size_t)pixels.width * 4,
        .guide = in,
        .styled = styled,
        .guide_stride = (size_t)w * 4,
        .styled_stride = (size_t)w * 4,
        .out = out,
        .out_stride = (size_t)pixels.width * 4,
    };

    artem_pixels_to_code(&pixels, code, composite.original_stride);
    artem_composite_rows(&composite, 0, pixels.height);
    artem_pixels_from_code(&pixels, out, composite.out_stride, (void *)(uintptr_t)place.stored, place.stored_stride);
    free(code);
    free(out);
}

static struct vk_target *make_target(const struct shape *shape)
{
    const struct vk_target_info info = {
        .width = shape->width,
        .height = shape->height,
        .slices = shape->slices,
        .samples = 1,
        .format = shape->format,
    };
    struct vk_target *target = NULL;
    enum artem_pixel_format pixels;

    CHECK(vk_find_format(shape->format, &pixels));
    CHECK_INT(vk_shaders_prepare(shaders, pixels), ARTEM_OK);
    CHECK_INT(vk_target_create(shaders, &info, &target), ARTEM_OK);
    return target;
}

static const struct vk_look as_painted = {256, 0, 0};

static void test_shape(const struct shape *shape)
{
    const unsigned count = shape->rects[1].w > 0 ? 2 : 1, all = (1u << count) - 1;
    const struct vk_look look = {shape->strength, shape->keep, shape->text};
    struct vk_target *target = make_target(shape);
    const size_t size = (size_t)shape->width * shape->height * shape->slices * target->pixel_size;
    uint8_t *original = malloc(size), *expected = malloc(size), *got = malloc(size);
    VkImage source = host_create_array(shape->width, shape->height, shape->slices, shape->format);
    VkImage destination = host_create_array(shape->width, shape->height, shape->slices, shape->format);

    fill(original, size / target->pixel_size, target->pixel_size);
    host_write_image(source, shape->width, shape->height, original);
    host_write_image(destination, shape->width, shape->height, original); // slices without pictures are left alone
    memcpy(expected, original, size);
    for (unsigned i = 0; i < count; i++) {
        const struct vk_picture_info info = find_info(shape, i);

        CHECK_INT(vk_target_set_picture(target, i, &info), ARTEM_OK);
    }
    CHECK_INT(vk_target_capture(target, &(struct vk_surface){.image = source}, all), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    for (unsigned i = 0; i < count; i++) {
        struct vk_picture *picture = &target->pictures[i];

        check_scaled(shape, i, original, picture->style_in.data);
        memset(picture->style_in.data, 0x55, picture->style_in.size);
    }
    CHECK_INT(vk_target_scale(target, all), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    for (unsigned i = 0; i < count; i++) {
        struct vk_picture *picture = &target->pictures[i];

        check_scaled(shape, i, original, picture->style_in.data);
        fill(picture->style_out.data, picture->style_out.size / 4, 4);
        expect_composite(shape, i, original, picture->style_in.data, picture->style_out.data, expected);
    }
    CHECK_INT(vk_target_composite(target, all, &look, &(struct vk_surface){.image = destination}), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, shape->width, shape->height, got);
    if (shape->slices == 1)
        compare("composite", shape, got, expected, size);
    for (unsigned i = 0; i < count && shape->slices > 1; i++) {
        const size_t slice = size / shape->slices, at = shape->rects[i].slice * slice;

        compare("composite of a slice", shape, got + at, expected + at, slice);
    }
    // Pictures read back, as the recorder does it.
    for (unsigned i = 0; i < count; i++) {
        for (int result = 0; result < 2; result++) {
            const struct artem_pixels place = find_pixels(shape, i, result ? expected : original);
            const size_t row = (size_t)place.width * target->pixel_size;

            CHECK_INT(vk_target_picture_bytes(target, i), (long long)(row * place.height));
            CHECK_INT(vk_target_read(target, i, result, got), ARTEM_OK);
            for (uint32_t y = 0; y < place.height; y++)
                compare(result ? "result" : "capture", shape, got + y * row,
                        (const uint8_t *)place.stored + y * place.stored_stride, row);
        }
    }
    // The app's image is as it was, in the layout that it was in.
    host_read_image(source, shape->width, shape->height, got);
    compare("captured image", shape, got, original, size);

    vk_target_destroy(&target);
    CHECK(target == NULL);
    host_destroy_image(source);
    host_destroy_image(destination);
    free(original);
    free(expected);
    free(got);
}

static void test_shapes(void)
{
    static const struct shape shapes[] = {
        // Equal sizes: the styled picture itself.
        {.width = 64, .height = 64, .slices = 1, .rects = {{0, {{0, 0}, {64, 64}}, 64, 64}}},
        {.width = 64, .height = 48, .slices = 1, .rects = {{0, {{0, 0}, {64, 48}}, 32, 24}}},
        {.width = 97, .height = 61, .slices = 1, .rects = {{0, {{0, 0}, {97, 61}}, 32, 20}}},
        {.width = 97, .height = 61, .slices = 1, .rects = {{0, {{13, 7}, {71, 53}}, 36, 24}}},
        {.width = 131, .height = 9, .slices = 1, .rects = {{0, {{1, 1}, {129, 7}}, 128, 4}}},
        {.width = 5, .height = 7, .slices = 1, .rects = {{0, {{1, 2}, {4, 5}}, 4, 4}}},
        {.width = 4, .height = 4, .slices = 1, .rects = {{0, {{0, 0}, {4, 4}}, 4, 4}}},
        // Side by side: filling the image, with a gap.
        {.width = 122,
         .height = 43,
         .slices = 1,
         .rects = {{0, {{0, 0}, {61, 43}}, 32, 24}, {0, {{61, 0}, {61, 43}}, 32, 24}}},
        {.width = 150,
         .height = 43,
         .slices = 1,
         .rects = {{0, {{1, 2}, {61, 40}}, 32, 24}, {0, {{75, 3}, {70, 38}}, 36, 20}}},
        // Array slices.
        {.width = 61,
         .height = 43,
         .slices = 2,
         .rects = {{0, {{0, 0}, {61, 43}}, 32, 24}, {1, {{0, 0}, {61, 43}}, 32, 24}}},
        {.width = 61,
         .height = 43,
         .slices = 4,
         .rects = {{3, {{5, 1}, {50, 41}}, 24, 20}, {1, {{0, 0}, {61, 43}}, 48, 32}}},
    };

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (size_t f = 0; f < 2 * sizeof formats / sizeof formats[0]; f++) {
            struct shape shape = shapes[i];

            shape.format = formats[f / 2];
            shape.premultiplied = f % 2 != 0;
            shape.strength = f == 0 ? 256 : next_random() % 257;
            shape.keep = f == 0 ? 0 : next_random() % 257;
            shape.text = next_random() % 2 == 0 ? 0 : next_random() % 257;
            test_shape(&shape);
        }
    }
}

// Strength 0 is the original, strength 1 without colour keeping the styled picture.
static void test_strengths(VkFormat format)
{
    struct shape shape = {
        .width = 40, .height = 40, .slices = 1, .rects = {{0, {{0, 0}, {40, 40}}, 20, 20}}, .format = format};

    for (uint32_t strength = 0; strength <= 256; strength += 64) {
        for (uint32_t keep = 0; keep <= 256; keep += 64) {
            shape.strength = strength;
            shape.keep = keep;
            shape.text = strength > 0 ? keep : 0;
            test_shape(&shape);
        }
    }
}

// What is not painted, or painted in the colour that it has, keeps its bits: in linear formats several values have one
// code value. Every value of a 16 bit channel is there, but for infinities and what is no number, which become 0.
static void test_untouched(VkFormat format, bool premultiplied)
{
    const struct shape shape = {.width = 256,
                                .height = 256,
                                .slices = 1,
                                .rects = {{0, {{0, 0}, {256, 256}}, 256, 256}},
                                .format = format,
                                .premultiplied = premultiplied};
    const struct vk_picture_info info = find_info(&shape, 0);
    struct vk_target *target = make_target(&shape);
    const size_t size = (size_t)65536 * target->pixel_size;
    VkImage source = host_create_image(256, 256, format), destination = host_create_image(256, 256, format);
    uint8_t *original = malloc(size), *got = malloc(size);

    for (uint32_t i = 0; i < 65536; i++) {
        if (target->pixel_size == 8) {
            for (unsigned k = 0; k < 4; k++) {
                uint16_t value = (uint16_t)(i * (2 * k + 1) + 37 * k);

                if (format == VK_FORMAT_R16G16B16A16_SFLOAT && (value & 0x7C00) == 0x7C00)
                    value = (uint16_t)i & 0x3ff;
                memcpy(original + 8 * i + 2 * k, &value, 2);
            }
        } else {
            memcpy(original + 4 * i, &(uint32_t){i * 0x9E3779B1u}, 4);
        }
    }
    host_write_image(source, 256, 256, original);
    CHECK_INT(vk_target_set_picture(target, 0, &info), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, &(struct vk_surface){.image = source}, 1), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    memset(target->pictures[0].style_out.data, 99, 4 * 65536);
    CHECK_INT(vk_target_composite(target, 1, &(struct vk_look){0, 128, 0}, &(struct vk_surface){.image = destination}), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 256, 256, got);
    compare("not painted", &shape, got, original, size);
    memcpy(target->pictures[0].style_out.data, target->pictures[0].style_in.data, 4 * 65536);
    CHECK_INT(vk_target_composite(target, 1, &as_painted, &(struct vk_surface){.image = destination}), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 256, 256, got);
    compare("painted in its own colours", &shape, got, original, size);
    vk_target_destroy(&target);
    host_destroy_image(source);
    host_destroy_image(destination);
    free(original);
    free(got);
}

// Half of the light is 188 of the code values that the network sees; sRGB images hold code values.
static void test_grey(VkFormat format, const void *stored, uint8_t seen, const void *painted)
{
    const struct shape shape = {
        .width = 4, .height = 4, .slices = 1, .rects = {{0, {{0, 0}, {4, 4}}, 4, 4}}, .format = format};
    const struct vk_picture_info info = find_info(&shape, 0);
    struct vk_target *target = make_target(&shape);
    const size_t pixel_size = target->pixel_size;
    VkImage source = host_create_image(4, 4, format), destination = host_create_image(4, 4, format);
    uint8_t pixels[16 * 8];

    for (size_t i = 0; i < 16; i++)
        memcpy(pixels + i * pixel_size, stored, pixel_size);
    host_write_image(source, 4, 4, pixels);
    CHECK_INT(vk_target_set_picture(target, 0, &info), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, &(struct vk_surface){.image = source}, 1), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    CHECK_INT(((const uint8_t *)target->pictures[0].style_in.data)[0], seen);
    memset(target->pictures[0].style_out.data, 64, 4 * 16);
    CHECK_INT(vk_target_composite(target, 1, &as_painted, &(struct vk_surface){.image = destination}), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 4, 4, pixels);
    compare("grey", &shape, pixels, painted, pixel_size);
    vk_target_destroy(&target);
    host_destroy_image(source);
    host_destroy_image(destination);
}

static void test_greys(void)
{
    test_grey(VK_FORMAT_R8G8B8A8_SRGB, (uint8_t[]){128, 128, 128, 77}, 128, (uint8_t[]){64, 64, 64, 77});
    test_grey(VK_FORMAT_R8G8B8A8_UNORM, (uint8_t[]){128, 128, 128, 77}, 188, (uint8_t[]){13, 13, 13, 77});
    // 64 of 255 in sRGB is 0.05127 of the light: 52 of 1023, 3360 of 65535, half 0x2A90.
    test_grey(VK_FORMAT_A2B10G10R10_UNORM_PACK32, &(uint32_t){512 | 512 << 10 | 512 << 20 | 2u << 30}, 188,
              &(uint32_t){52 | 52 << 10 | 52 << 20 | 2u << 30});
    test_grey(VK_FORMAT_R16G16B16A16_UNORM, (uint16_t[]){32768, 32768, 32768, 7}, 188,
              (uint16_t[]){3360, 3360, 3360, 7});
    test_grey(VK_FORMAT_R16G16B16A16_SFLOAT, (uint16_t[]){0x3800, 0x3800, 0x3800, 7}, 188,
              (uint16_t[]){0x2A90, 0x2A90, 0x2A90, 7});
    // Four times as bright as white stays so.
    test_grey(VK_FORMAT_R16G16B16A16_SFLOAT, (uint16_t[]){0x4400, 0x3C00, 0x7C00, 7}, 255,
              (uint16_t[]){0x3290, 0x2A90, 0x2A90, 7});
}

// Sums near 2^32 and beyond: all white, where a rounding in float or a sum that wraps would show, or all but one
// column.
static void test_white(uint32_t width, uint32_t height, uint32_t black)
{
    const struct shape shape = {.width = width,
                                .height = height,
                                .slices = 1,
                                .rects = {{0, {{0, 0}, {width, height}}, 64, 60}},
                                .format = VK_FORMAT_R8G8B8A8_UNORM};
    const struct vk_picture_info info = find_info(&shape, 0);
    struct vk_target *target = make_target(&shape);
    const size_t size = (size_t)width * height * 4;
    uint8_t *white = malloc(size), *expected = malloc((size_t)64 * 60 * 4);
    VkImage source = host_create_image(width, height, shape.format);
    const uint8_t *scaled;
    size_t wrong = 0;

    memset(white, 255, size);
    for (uint32_t y = 0; y < height && black < width; y++)
        memset(white + ((size_t)y * width + black) * 4, 0, 4);
    artem_scale_rows(&(struct artem_scale){width, height, 64, 60, white, (size_t)width * 4, expected, (size_t)64 * 4},
                     0, 60);
    host_write_image(source, width, height, white);
    CHECK_INT(vk_target_set_picture(target, 0, &info), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, &(struct vk_surface){.image = source}, 1), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    scaled = target->pictures[0].style_in.data;
    for (size_t i = 0; i < (size_t)64 * 60 * 4; i++)
        wrong += scaled[i] != expected[i] || (black >= width && scaled[i] != 255);
    CHECK_INT(wrong, 0);
    vk_target_destroy(&target);
    host_destroy_image(source);
    free(white);
    free(expected);
}

// Sizes and rects may change between frames while the GPU is at work.
static void test_resize(void)
{
    const struct shape shape = {.width = 64, .height = 64, .slices = 2, .format = VK_FORMAT_R8G8B8A8_SRGB};
    struct vk_target *target = make_target(&shape);
    VkImage source = host_create_array(64, 64, 2, shape.format);
    VkImage destination = host_create_array(64, 64, 2, shape.format);
    uint8_t original[4 * 64 * 64 * 2];

    fill(original, sizeof original / 4, 4);
    host_write_image(source, 64, 64, original);
    for (uint32_t i = 0; i < 60; i++) {
        const uint32_t side = 4 + 4 * (i % 16);
        const struct vk_picture_info info = {
            .slice = i / 7 % 2, .rect = {{(int32_t)(i % 3), 0}, {side, 64}}, .style_width = side, .style_height = side};

        if (info.rect.offset.x + side > 64)
            continue;
        CHECK_INT(vk_target_set_picture(target, i % 2, &info), ARTEM_OK);
        CHECK_INT(vk_target_capture(target, &(struct vk_surface){.image = source}, 1u << i % 2), ARTEM_OK);
        CHECK_INT(vk_target_composite(target, 1u << i % 2, &as_painted, &(struct vk_surface){.image = destination}), ARTEM_OK);
    }
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    if (device->timestamp_ms > 0)
        CHECK(target->gpu_ms[VK_WORK_CAPTURE] > 0 && target->gpu_ms[VK_WORK_COMPOSITE] > 0);
    vk_target_destroy(&target);
    host_destroy_image(source);
    host_destroy_image(destination);
}

int main(void)
{
    struct vulkan_device_params params;
    const char *missing = host_open(&params);

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    CHECK_INT(vulkan_device_create(&params, &device), ARTEM_OK);
    CHECK(device == NULL || vk_shaders_create(device, &shaders) == ARTEM_OK);
    if (shaders == NULL)
        return test_result();
    test_shapes();
    test_strengths(VK_FORMAT_R8G8B8A8_SRGB);
    test_strengths(VK_FORMAT_B8G8R8A8_UNORM);
    test_strengths(VK_FORMAT_R16G16B16A16_SFLOAT);
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        test_untouched(formats[f], false);
        test_untouched(formats[f], true);
    }
    test_greys();
    test_resize();
    test_white(4096, 4096, UINT32_MAX);
    test_white(4112, 4098, UINT32_MAX);
    test_white(8192, 3000, 5000);
    vk_shaders_destroy(&shaders);
    CHECK(shaders == NULL);
    vulkan_device_destroy(&device);
    CHECK(device == NULL);
    CHECK_INT(host_close(), 0); // messages of the validation layer
    return test_result();
}
