// SPDX-License-Identifier: Apache-2.0
// Pictures into images: copied from memory, or, where that is not possible, drawn by clearing rects in a render pass.
#include "app_paint.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { TILE = 8 };

static struct {
    VkRenderPass pass;
    VkFramebuffer framebuffer;
    VkImageView view;
} drawing;

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void fill(uint8_t *data, size_t pixels, size_t pixel_size, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 12345;

    for (size_t i = 0; i < pixels; i++) {
        uint32_t r = next_random(&state);

        if (i > 0 && r % 4 != 0) {
            memcpy(&data[pixel_size * i], &data[pixel_size * (i - 1)], pixel_size);
        } else if (r % 16 == 0) {
            memset(&data[pixel_size * i], (r & 256) != 0 ? 255 : 0, pixel_size);
        } else {
            const uint32_t words[2] = {next_random(&state), next_random(&state)};

            memcpy(&data[pixel_size * i], words, pixel_size);
        }
    }
}

// Halves: mostly what a renderer writes, but also values above 1, negative ones, infinities and NaN.
static void tame_halves(uint16_t *halves, size_t count, uint32_t seed)
{
    uint32_t state = seed + 99;

    for (size_t i = 0; i < count; i++) {
        uint32_t r = next_random(&state);

        if (r % 8 != 0)
            halves[i] = (uint16_t)(halves[i] % 0x3C01);
        else if (r % 64 != 0)
            halves[i] = (uint16_t)(0x3C00 + halves[i] % 0x1000);
    }
}

static void upload(const struct app_swapchain *swapchain, unsigned number, uint32_t seed)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const struct mock_gpu_image image = {.image = swapchain->images[number], .aspects = VK_IMAGE_ASPECT_COLOR_BIT};
    const uint32_t layers = info->arraySize * info->faceCount;
    const VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, layers},
        .imageExtent = {info->width, info->height, 1},
    };
    size_t pixel_size = mock_pixel_size(info->format), pixels = (size_t)info->width * info->height * layers;
    uint8_t *data = mock_gpu_stage(&app.gpu, pixels * pixel_size);
    VkCommandBuffer commands;

    fill(data, pixels, pixel_size, seed);
    if (info->format == VK_FORMAT_R16G16B16A16_SFLOAT)
        tame_halves((uint16_t *)data, pixels * 4, seed);
    commands = mock_gpu_begin(&app.gpu);
    mock_gpu_barrier(commands, &image, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdCopyBufferToImage(commands, app.gpu.staging, image.image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    mock_gpu_barrier(commands, &image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
    mock_gpu_finish(&app.gpu);
}

void app_paint_forget(void)
{
    vkDestroyFramebuffer(app.gpu.device, drawing.framebuffer, NULL);
    vkDestroyRenderPass(app.gpu.device, drawing.pass, NULL);
    vkDestroyImageView(app.gpu.device, drawing.view, NULL);
    memset(&drawing, 0, sizeof drawing);
}

static void make_drawing(const struct app_swapchain *swapchain, unsigned number, uint32_t slice)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const VkImageViewCreateInfo view_info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
        .image = swapchain->images[number],
        .viewType = VK_IMAGE_VIEW_TYPE_2D,
        .format = (VkFormat)info->format,
        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, slice, 1},
    };
    const VkAttachmentDescription attachment = {
        .format = (VkFormat)info->format,
        .samples = (VkSampleCountFlagBits)info->sampleCount,
        .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
        .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
        .initialLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
        .finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
    };
    const VkAttachmentReference reference = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    const VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                          .colorAttachmentCount = 1,
                                          .pColorAttachments = &reference};
    const VkRenderPassCreateInfo pass_info = {
        .sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
        .attachmentCount = 1,
        .pAttachments = &attachment,
        .subpassCount = 1,
        .pSubpasses = &subpass,
    };
    VkFramebufferCreateInfo framebuffer_info = {
        .sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
        .attachmentCount = 1,
        .pAttachments = &drawing.view,
        .width = info->width,
        .height = info->height,
        .layers = 1,
    };

    CHECK_INT(vkCreateImageView(app.gpu.device, &view_info, NULL, &drawing.view), VK_SUCCESS);
    CHECK_INT(vkCreateRenderPass(app.gpu.device, &pass_info, NULL, &drawing.pass), VK_SUCCESS);
    framebuffer_info.renderPass = drawing.pass;
    CHECK_INT(vkCreateFramebuffer(app.gpu.device, &framebuffer_info, NULL, &drawing.framebuffer), VK_SUCCESS);
}

static VkClearColorValue next_colour(uint32_t *state)
{
    VkClearColorValue colour;

    for (int c = 0; c < 4; c++)
        colour.float32[c] = (float)(next_random(state) % 1001) / 1000;
    return colour;
}

static void draw(const struct app_swapchain *swapchain, unsigned number, uint32_t slice, uint32_t seed)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;
    const VkRect2D all = {{0, 0}, {info->width, info->height}};
    uint32_t state = seed * 2654435761u + slice + 12345;
    const VkClearValue background = {.color = next_colour(&state)};
    VkRenderPassBeginInfo begin = {
        .sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
        .renderArea = all,
        .clearValueCount = 1,
        .pClearValues = &background,
    };
    VkCommandBuffer commands;

    make_drawing(swapchain, number, slice);
    begin.renderPass = drawing.pass;
    begin.framebuffer = drawing.framebuffer;
    commands = mock_gpu_begin(&app.gpu);
    vkCmdBeginRenderPass(commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
    for (uint32_t y = 0; y + TILE <= info->height; y += TILE) {
        for (uint32_t x = 0; x + TILE <= info->width; x += TILE) {
            const VkClearAttachment clear = {VK_IMAGE_ASPECT_COLOR_BIT, 0, {.color = next_colour(&state)}};
            const VkClearRect rect = {{{(int32_t)x, (int32_t)y}, {TILE - 1, TILE}}, 0, 1};

            vkCmdClearAttachments(commands, 1, &clear, 1, &rect);
        }
    }
    vkCmdEndRenderPass(commands);
    mock_gpu_finish(&app.gpu);
    app_paint_forget();
}

void app_paint_image(const struct app_swapchain *swapchain, unsigned image, uint32_t seed)
{
    const XrSwapchainCreateInfo *info = &swapchain->info;

    if ((info->usageFlags & XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT) != 0)
        return;
    if ((info->usageFlags & XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT) != 0) {
        upload(swapchain, image, seed);
        return;
    }
    for (uint32_t slice = 0; slice < info->arraySize * info->faceCount; slice++)
        draw(swapchain, image, slice, seed);
}
