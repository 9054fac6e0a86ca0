// SPDX-License-Identifier: Apache-2.0
// Capture, scaling and composite on a real Vulkan device against the reference kernels, byte for byte: odd sizes, rects
// inside the image, both byte orders, sRGB and UNORM, all strengths.
#include "vk_target.h"

#include <stdlib.h>

#include "reference.h"
#include "test.h"
#include "vulkan_host.h"

static const VkFormat formats[] = {VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_B8G8R8A8_SRGB, VK_FORMAT_R8G8B8A8_UNORM,
                                   VK_FORMAT_B8G8R8A8_UNORM};
static struct vulkan_device *device;
static uint32_t random_state = 1;

static uint32_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

// Noise, flat areas, hard edges and extremes, so that every branch of the weights is taken.
static void fill(uint8_t *data, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++) {
        uint32_t r = next_random();

        if (i > 0 && r % 4 != 0)
            memcpy(&data[4 * i], &data[4 * (i - 1)], 4);
        else if (r % 16 == 0)
            memset(&data[4 * i], (r & 256) != 0 ? 255 : 0, 4);
        else
            memcpy(&data[4 * i], &(uint32_t){next_random()}, 4);
    }
}

static void swap_bytes(uint8_t *data, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++) {
        uint8_t first = data[4 * i];

        data[4 * i] = data[4 * i + 2];
        data[4 * i + 2] = first;
    }
}

struct shape {
    uint32_t width, height; // of the image
    VkRect2D rect;
    uint32_t w, h; // style resolution
    VkFormat format;
    uint32_t strength, keep;
};

static void compare(const char *what, const struct shape *shape, const uint8_t *got, const uint8_t *expected,
                    size_t size)
{
    size_t wrong = 0, first = 0;

    for (size_t i = size; i-- > 0;) {
        if (got[i] != expected[i]) {
            wrong++;
            first = i;
        }
    }
    test_checks++;
    if (wrong > 0)
        TEST_FAIL("%s: %ux%u, rect %d,%d %ux%u, style %ux%u, format %d, strength %u, keep %u: %zu of %zu bytes differ, "
                  "first %zu: %u, expected %u",
                  what, shape->width, shape->height, shape->rect.offset.x, shape->rect.offset.y,
                  shape->rect.extent.width, shape->rect.extent.height, shape->w, shape->h, shape->format,
                  shape->strength, shape->keep, wrong, size, first, got[first], expected[first]);
}

static void test_shape(const struct shape *shape)
{
    const size_t pixels = (size_t)shape->width * shape->height, style_pixels = (size_t)shape->w * shape->h;
    const VkRect2D *rect = &shape->rect;
    const size_t start = (size_t)rect->offset.y * shape->width + (size_t)rect->offset.x;
    bool bgra = shape->format == VK_FORMAT_B8G8R8A8_SRGB || shape->format == VK_FORMAT_B8G8R8A8_UNORM;
    bool linear = shape->format == VK_FORMAT_R8G8B8A8_UNORM || shape->format == VK_FORMAT_B8G8R8A8_UNORM;
    uint8_t *original = malloc(4 * pixels), *codes = malloc(4 * pixels);
    uint8_t *expected = malloc(4 * pixels), *got = malloc(4 * pixels);
    uint8_t *in = malloc(4 * style_pixels), *styled = malloc(4 * style_pixels);
    VkImage source = host_create_image(shape->width, shape->height, shape->format);
    VkImage destination = host_create_image(shape->width, shape->height, shape->format);
    struct vk_target *target = NULL;

    fill(original, pixels);
    fill(styled, style_pixels);
    host_write_image(source, shape->width, shape->height, original);
    CHECK_INT(vk_target_create(device, shape->width, shape->height, shape->format, &target), ARTEM_OK);
    CHECK_INT(vk_target_resize(target, shape->w, shape->h), ARTEM_OK);

    CHECK_INT(vk_target_capture(target, source, rect), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    if (bgra)
        swap_bytes(original, pixels); // from here on everything is R, G, B, A
    memcpy(codes, original, 4 * pixels);
    if (linear)
        reference_to_code(original, codes, pixels);
    reference_scale(codes + 4 * start, shape->width, rect->extent.width, rect->extent.height, in, shape->w, shape->h);
    compare("downscale", shape, target->style_in.data, in, 4 * style_pixels);
    memset(target->style_in.data, 0x55, 4 * style_pixels);
    CHECK_INT(vk_target_scale(target, rect), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    compare("late downscale", shape, target->style_in.data, in, 4 * style_pixels);

    memcpy(target->style_out.data, styled, 4 * style_pixels);
    CHECK_INT(vk_target_composite(target, rect, shape->strength, shape->keep, destination), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, shape->width, shape->height, got);
    if (bgra)
        swap_bytes(got, pixels);
    memcpy(expected, codes, 4 * pixels); // outside the rect the app's pixels
    reference_composite(codes + 4 * start, shape->width, rect->extent.width, rect->extent.height, in, styled, shape->w,
                        shape->h, shape->strength, shape->keep, expected + 4 * start);
    if (linear)
        reference_to_stored(original, expected, pixels);
    compare("composite", shape, got, expected, 4 * pixels);

    // The app's image is as it was, in the layout that it was in.
    host_read_image(source, shape->width, shape->height, got);
    if (bgra)
        swap_bytes(got, pixels);
    compare("captured image", shape, got, original, 4 * pixels);

    vk_target_destroy(&target);
    CHECK(target == NULL);
    host_destroy_image(source);
    host_destroy_image(destination);
    free(original);
    free(codes);
    free(expected);
    free(got);
    free(in);
    free(styled);
}

static void test_shapes(void)
{
    static const struct {
        uint32_t width, height;
        VkRect2D rect;
        uint32_t w, h;
    } sizes[] = {
        {64, 64, {{0, 0}, {64, 64}}, 64, 64}, // equal: the styled picture itself
        {64, 48, {{0, 0}, {64, 48}}, 32, 24},  {97, 61, {{0, 0}, {97, 61}}, 32, 20},
        {97, 61, {{13, 7}, {71, 53}}, 36, 24}, {131, 9, {{1, 1}, {129, 7}}, 128, 4},
        {5, 7, {{1, 2}, {4, 5}}, 4, 4},        {301, 223, {{150, 0}, {151, 223}}, 100, 148},
        {4, 4, {{0, 0}, {4, 4}}, 4, 4},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
            struct shape shape = {
                .width = sizes[i].width,
                .height = sizes[i].height,
                .rect = sizes[i].rect,
                .w = sizes[i].w,
                .h = sizes[i].h,
                .format = formats[f],
                .strength = f == 0 ? 256 : next_random() % 257,
                .keep = f == 0 ? 0 : next_random() % 257,
            };

            test_shape(&shape);
        }
    }
}

// Strength 0 is the original, strength 1 without colour keeping the styled picture.
static void test_strengths(VkFormat format)
{
    struct shape shape = {.width = 40, .height = 40, .rect = {{0, 0}, {40, 40}}, .w = 20, .h = 20, .format = format};

    for (uint32_t strength = 0; strength <= 256; strength += 64) {
        for (uint32_t keep = 0; keep <= 256; keep += 64) {
            shape.strength = strength;
            shape.keep = keep;
            test_shape(&shape);
        }
    }
}

// A picture that holds every value in every channel, at equal sizes: what is not painted, or painted in the colour that
// it has, keeps its bytes. In linear pictures several values have the same code.
static void test_untouched(VkFormat format)
{
    const VkRect2D rect = {{0, 0}, {16, 16}};
    VkImage source = host_create_image(16, 16, format), destination = host_create_image(16, 16, format);
    uint8_t original[4 * 256], got[4 * 256];
    struct vk_target *target = NULL;

    for (unsigned i = 0; i < 256; i++) {
        for (unsigned k = 0; k < 4; k++)
            original[4 * i + k] = (uint8_t)(i * (2 * k + 1) + 37 * k);
    }
    host_write_image(source, 16, 16, original);
    CHECK_INT(vk_target_create(device, 16, 16, format, &target), ARTEM_OK);
    CHECK_INT(vk_target_resize(target, 16, 16), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, source, &rect), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    memset(target->style_out.data, 99, sizeof original);
    CHECK_INT(vk_target_composite(target, &rect, 0, 128, destination), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 16, 16, got);
    CHECK(memcmp(got, original, sizeof got) == 0);
    memcpy(target->style_out.data, target->style_in.data, sizeof original);
    CHECK_INT(vk_target_composite(target, &rect, 256, 0, destination), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 16, 16, got);
    CHECK(memcmp(got, original, sizeof got) == 0);
    vk_target_destroy(&target);
    host_destroy_image(source);
    host_destroy_image(destination);
}

// The middle of the linear scale is 188 of the code values that the network sees; sRGB images hold code values.
static void test_grey(VkFormat format, uint8_t seen, uint8_t painted)
{
    const VkRect2D rect = {{0, 0}, {4, 4}};
    VkImage source = host_create_image(4, 4, format), destination = host_create_image(4, 4, format);
    uint8_t pixels[4 * 16];
    struct vk_target *target = NULL;
    const uint8_t *scaled;

    memset(pixels, 128, sizeof pixels);
    host_write_image(source, 4, 4, pixels);
    CHECK_INT(vk_target_create(device, 4, 4, format, &target), ARTEM_OK);
    CHECK_INT(vk_target_resize(target, 4, 4), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, source, &rect), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    scaled = target->style_in.data;
    CHECK_INT(scaled[0], seen);
    memset(target->style_out.data, 64, sizeof pixels);
    CHECK_INT(vk_target_composite(target, &rect, 256, 0, destination), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    host_read_image(destination, 4, 4, pixels);
    for (unsigned k = 0; k < 3; k++)
        CHECK_INT(pixels[k], painted);
    CHECK_INT(pixels[3], 128);
    vk_target_destroy(&target);
    host_destroy_image(source);
    host_destroy_image(destination);
}

// Sums near 2^32: all white, where a rounding in float or a sum that wraps would show.
static void test_white(void)
{
    const uint32_t side = 4096, style = 64;
    uint8_t *white = malloc((size_t)side * side * 4);
    VkImage source = host_create_image(side, side, VK_FORMAT_R8G8B8A8_UNORM);
    struct vk_target *target = NULL;
    const uint8_t *scaled;
    size_t wrong = 0;

    memset(white, 255, (size_t)side * side * 4);
    host_write_image(source, side, side, white);
    CHECK_INT(vk_target_create(device, side, side, VK_FORMAT_R8G8B8A8_UNORM, &target), ARTEM_OK);
    CHECK_INT(vk_target_resize(target, style, style), ARTEM_OK);
    CHECK_INT(vk_target_capture(target, source, &(VkRect2D){{0, 0}, {side, side}}), ARTEM_OK);
    CHECK_INT(vk_target_wait(target, UINT64_MAX), ARTEM_OK);
    scaled = target->style_in.data;
    for (size_t i = 0; i < (size_t)style * style * 4; i++)
        wrong += scaled[i] != 255;
    CHECK_INT(wrong, 0);
    vk_target_destroy(&target);
    host_destroy_image(source);
    free(white);
}

// Sizes may change between frames while the GPU is at work.
static void test_resize(void)
{
    VkImage source = host_create_image(64, 64, VK_FORMAT_R8G8B8A8_SRGB);
    VkImage destination = host_create_image(64, 64, VK_FORMAT_R8G8B8A8_SRGB);
    const VkRect2D rect = {{0, 0}, {64, 64}};
    uint8_t original[4 * 64 * 64];
    struct vk_target *target = NULL;

    fill(original, sizeof original / 4);
    host_write_image(source, 64, 64, original);
    CHECK_INT(vk_target_create(device, 64, 64, VK_FORMAT_R8G8B8A8_SRGB, &target), ARTEM_OK);
    CHECK_INT(vk_target_scale(target, &rect), ARTEM_ERROR_ARGUMENT); // no size yet
    CHECK_INT(vk_target_composite(target, &rect, 256, 0, destination), ARTEM_ERROR_ARGUMENT);
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t side = 4 + 4 * (i % 16);

        CHECK_INT(vk_target_resize(target, side, side), ARTEM_OK);
        CHECK_INT(vk_target_capture(target, source, &rect), ARTEM_OK);
        CHECK_INT(vk_target_composite(target, &rect, 256, 0, destination), ARTEM_OK);
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
    if (device == NULL)
        return test_result();
    test_shapes();
    test_strengths(VK_FORMAT_R8G8B8A8_SRGB);
    test_strengths(VK_FORMAT_B8G8R8A8_UNORM);
    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
        test_untouched(formats[f]);
    test_grey(VK_FORMAT_R8G8B8A8_SRGB, 128, 64);
    test_grey(VK_FORMAT_R8G8B8A8_UNORM, 188, 13);
    test_resize();
    test_white();
    vulkan_device_destroy(&device);
    CHECK(device == NULL);
    CHECK_INT(host_close(), 0); // messages of the validation layer
    return test_result();
}
