// SPDX-License-Identifier: Apache-2.0
// The reference for whole frames. The painting itself is that of the fake engine: inverted colours.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "artem_kernels/picture.h"
#include "artem_kernels/pixels.h"
#include "fake_engine.h"
#include "test.h"

enum { STRENGTH = 256, KEEP = 0 }; // defaults of the settings

uint32_t expect_resolution = RESOLUTION;
void (*expect_mix)(const struct mock_view *view, uint8_t *styled, uint32_t w, uint32_t h);
int expect_tolerance;

static bool find_format(int64_t vulkan, enum artem_pixel_format *out_format)
{
    static const VkFormat formats[ARTEM_PIXELS_COUNT] = {
        [ARTEM_PIXELS_RGBA8_SRGB] = VK_FORMAT_R8G8B8A8_SRGB,
        [ARTEM_PIXELS_BGRA8_SRGB] = VK_FORMAT_B8G8R8A8_SRGB,
        [ARTEM_PIXELS_RGBA8_UNORM] = VK_FORMAT_R8G8B8A8_UNORM,
        [ARTEM_PIXELS_BGRA8_UNORM] = VK_FORMAT_B8G8R8A8_UNORM,
        [ARTEM_PIXELS_A2B10G10R10_UNORM] = VK_FORMAT_A2B10G10R10_UNORM_PACK32,
        [ARTEM_PIXELS_RGBA16_UNORM] = VK_FORMAT_R16G16B16A16_UNORM,
        [ARTEM_PIXELS_RGBA16_SFLOAT] = VK_FORMAT_R16G16B16A16_SFLOAT,
    };

    for (int i = 0; i < ARTEM_PIXELS_COUNT; i++) {
        if (formats[i] == (VkFormat)vulkan) {
            *out_format = (enum artem_pixel_format)i;
            return true;
        }
    }
    return false;
}

static bool is_premultiplied(unsigned layer)
{
    const XrCompositionLayerFlags alpha =
        XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT | XR_COMPOSITION_LAYER_UNPREMULTIPLIED_ALPHA_BIT;

    return (app.projections[layer].layerFlags & alpha) == XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT;
}

// Styles a rect of `out`, which holds the app's picture `stored`.
static void style_rect(const struct mock_view *view, const uint8_t *stored, uint32_t w, uint32_t h, uint8_t *out)
{
    const XrRect2Di *rect = &view->info.subImage.imageRect;
    const uint32_t width = (uint32_t)rect->extent.width, height = (uint32_t)rect->extent.height;
    const size_t stride = view->width * mock_pixel_size(view->format);
    const size_t start = (size_t)rect->offset.y * stride + (size_t)rect->offset.x * mock_pixel_size(view->format);
    struct artem_pixels pixels = {
        .premultiplied = is_premultiplied(view->layer),
        .width = width,
        .height = height,
        .stored = stored + start,
        .stored_stride = stride,
    };
    uint8_t *code = calloc((size_t)width * height, 4), *in = calloc((size_t)w * h, 4),
            *styled = calloc((size_t)w * h, 4);
    struct artem_scale scale = {
        .full_width = width,
        .full_height = height,
        .width = w,
        .height = h,
        .in = code,
        .in_stride = (size_t)width * 4,
        .out = in,
        .out_stride = (size_t)w * 4,
    };
    struct artem_composite composite = {
        .full_width = width,
        .full_height = height,
        .width = w,
        .height = h,
        .strength = STRENGTH,
        .keep = KEEP,
        .original = code,
        .original_stride = (size_t)width * 4,
        .guide = in,
        .styled = styled,
        .guide_stride = (size_t)w * 4,
        .styled_stride = (size_t)w * 4,
        .out = code,
        .out_stride = (size_t)width * 4,
    };

    find_format(view->format, &pixels.format);
    artem_pixels_to_code(&pixels, code, (size_t)width * 4);
    artem_scale_rows(&scale, 0, h);
    for (size_t i = 0; i < (size_t)w * h * 4; i++)
        styled[i] = i % 4 == 3 ? 255 : (uint8_t)(255 - in[i]);
    if (expect_mix != NULL)
        expect_mix(view, styled, w, h);
    artem_composite_rows(&composite, 0, height);
    artem_pixels_from_code(&pixels, code, (size_t)width * 4, out + start, stride);
    free(code);
    free(in);
    free(styled);
}

static bool same_extent(const struct mock_view *a, const struct mock_view *b)
{
    return memcmp(&a->info.subImage.imageRect.extent, &b->info.subImage.imageRect.extent, sizeof(XrExtent2Di)) == 0;
}

static bool same_image(const struct mock_view *a, const struct mock_view *b)
{
    return a->info.subImage.swapchain == b->info.subImage.swapchain &&
           a->info.subImage.imageArrayIndex == b->info.subImage.imageArrayIndex;
}

static bool is_inside(const XrRect2Di *rect, uint32_t x, uint32_t y)
{
    return (int64_t)x >= rect->offset.x && (int64_t)x < (int64_t)rect->offset.x + rect->extent.width &&
           (int64_t)y >= rect->offset.y && (int64_t)y < (int64_t)rect->offset.y + rect->extent.height;
}

// Compares a view's rect, painted at this style size.
bool expect_is_painting(const struct mock_view *view, const uint8_t *stored, uint32_t w, uint32_t h)
{
    const XrRect2Di *rect = &view->info.subImage.imageRect;
    const size_t pixel = mock_pixel_size(view->format), stride = view->width * pixel;
    uint8_t *expected = malloc(stride * view->height);
    bool same = true;

    if (w > (uint32_t)rect->extent.width || h > (uint32_t)rect->extent.height) {
        free(expected);
        return false;
    }
    memcpy(expected, stored, stride * view->height);
    style_rect(view, stored, w, h, expected);
    for (int32_t y = 0; y < rect->extent.height && same; y++) {
        const size_t at = (size_t)(rect->offset.y + y) * stride + (size_t)rect->offset.x * pixel;

        for (size_t i = at; i < at + (size_t)rect->extent.width * pixel && same; i++)
            same = abs(view->slice[i] - expected[i]) <= expect_tolerance;
    }
    free(expected);
    return same;
}

// Around the rects of all views that show this slice, there are the app's own pixels.
static bool is_kept_around(const struct mock_frame *frame, const struct mock_view *view, const uint8_t *stored)
{
    const size_t pixel = mock_pixel_size(view->format);

    for (uint32_t y = 0; y < view->height; y++) {
        for (uint32_t x = 0; x < view->width; x++) {
            const size_t at = ((size_t)y * view->width + x) * pixel;
            bool inside = false;

            for (unsigned i = 0; i < frame->view_count && !inside; i++)
                inside =
                    same_image(&frame->views[i], view) && is_inside(&frame->views[i].info.subImage.imageRect, x, y);
            if (!inside && memcmp(view->slice + at, stored + at, pixel) != 0)
                return false;
        }
    }
    return true;
}

static bool is_right(const struct mock_frame *frame, const struct mock_view *view, XrSwapchain sent)
{
    const struct mock_view *first = &frame->views[0];
    struct mock_swapchain_info own, apps;
    size_t slice_size;
    const uint8_t *stored = mock_get_released(sent, &slice_size);
    uint32_t w, h;

    if (stored == NULL || view->slice == NULL || !mock_get_swapchain(view->info.subImage.swapchain, &own) ||
        !mock_get_swapchain(sent, &apps))
        return false;
    stored += slice_size * view->info.subImage.imageArrayIndex;
    if (own.create.format != apps.create.format || own.create.width != apps.create.width ||
        own.create.height != apps.create.height || own.create.sampleCount != 1)
        return false;
    if (!is_kept_around(frame, view, stored))
        return false;
    // Views like the first have the size that the settings ask for.
    if (app.view_count < 4 && same_extent(view, first) &&
        artem_style_size((uint32_t)first->info.subImage.imageRect.extent.width,
                         (uint32_t)first->info.subImage.imageRect.extent.height, expect_resolution, &w, &h))
        return expect_is_painting(view, stored, w, h);
    for (uint32_t i = 0; i < fake_engine.size_count; i++) {
        if (expect_is_painting(view, stored, fake_engine.sizes[i].width, fake_engine.sizes[i].height))
            return true;
    }
    return false;
}

const struct mock_view *expect_view(unsigned layer, unsigned view)
{
    const struct mock_frame *frame = mock_get_frame();

    for (unsigned i = 0; i < frame->view_count; i++) {
        if (frame->views[i].layer == layer && frame->views[i].view == view)
            return &frame->views[i];
    }
    return NULL;
}

struct expect_panel expect_panels[EXPECT_PANELS_MAX];
unsigned expect_panel_count;

// Takes the panels off the end of a frame, so that the rest can be compared with what the app sent. False if what was
// added is none of ours.
static bool take_panels(struct mock_node *info, uint32_t sent)
{
    expect_panel_count = 0;
    for (uint32_t i = sent; i < info->child_count; i++) {
        struct expect_panel *panel = &expect_panels[expect_panel_count];
        struct mock_swapchain_info made;
        size_t size;

        if (expect_panel_count == EXPECT_PANELS_MAX || info->children[i]->type != XR_TYPE_COMPOSITION_LAYER_QUAD)
            return false;
        memcpy(&panel->layer, info->children[i]->bytes, sizeof panel->layer);
        panel->pixels = mock_get_released(panel->layer.subImage.swapchain, &size);
        if (mock_is_claimed(panel->layer.subImage.swapchain) || panel->pixels == NULL ||
            info->children[i]->next != NULL || !mock_get_swapchain(panel->layer.subImage.swapchain, &made))
            return false;
        panel->format = made.create.format;
        panel->width = (int)made.create.width;
        panel->height = (int)made.create.height;
        expect_panel_count++;
    }
    for (; info->child_count > sent; info->child_count--)
        mock_node_free(info->children[info->child_count - 1]);
    memcpy(info->bytes + offsetof(XrFrameEndInfo, layerCount), &info->child_count, sizeof info->child_count);
    return true;
}

enum expect_result expect_frame(void)
{
    const struct mock_frame *frame = mock_get_frame();
    struct mock_node *sent = mock_copy(&app.frame);
    unsigned styled = 0;
    const char *difference = "there are foreign layers";
    bool right = take_panels(frame->info, sent->child_count) && mock_same(sent, frame->info, &difference);

    if (!right)
        fprintf(stderr, "the frame arrived changed: %s\n", difference);
    mock_node_free(sent);
    for (unsigned i = 0; i < frame->view_count && right; i++) {
        const struct mock_view *view = &frame->views[i];
        XrSwapchain sent_swapchain =
            ((const XrCompositionLayerProjection *)app.layers[view->layer])->views[view->view].subImage.swapchain;

        if (view->info.subImage.swapchain == sent_swapchain)
            continue;
        styled++;
        right = !view->claimed && is_right(frame, view, sent_swapchain);
        if (!right)
            fprintf(stderr, "wrong pixels: layer %u, view %u\n", view->layer, view->view);
    }
    if (!right)
        return EXPECT_WRONG;
    return styled == 0 ? EXPECT_ORIGINAL : styled == frame->view_count ? EXPECT_STYLED : EXPECT_PARTLY;
}

const char *expect_name(enum expect_result result)
{
    static const char *const names[] = {"passed through", "styled", "partly styled", "WRONG"};

    return names[result];
}

bool expect_is_original(void)
{
    return expect_frame() == EXPECT_ORIGINAL;
}

bool expect_is_styled(void)
{
    return expect_frame() == EXPECT_STYLED;
}
