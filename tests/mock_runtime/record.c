// SPDX-License-Identifier: Apache-2.0
// The latest frame, with the pixels of its projection views.
#include <stdlib.h>
#include <string.h>

#include "mock_internal.h"

unsigned mock_frames, mock_missed;
static struct mock_frame frame;

void mock_forget_frame(void)
{
    mock_node_free(frame.info);
    for (unsigned i = 0; i < frame.view_count; i++)
        free((void *)frame.views[i].slice);
    memset(&frame, 0, sizeof frame);
}

static void record_view(unsigned layer, unsigned view, const XrCompositionLayerProjectionView *info)
{
    const struct mock_swapchain *swapchain = MOCK_FIND(mock_swapchain, MOCK_SWAPCHAIN, info->subImage.swapchain);
    struct mock_view *recorded;
    uint8_t *slice = NULL;

    if (frame.view_count == MOCK_RECORDED_VIEWS_MAX)
        return;
    recorded = &frame.views[frame.view_count++];
    *recorded = (struct mock_view){.layer = layer, .view = view, .info = *info};
    if (swapchain == NULL)
        return;
    recorded->claimed = swapchain->claimed;
    recorded->format = swapchain->info.format;
    recorded->width = swapchain->info.width;
    recorded->height = swapchain->info.height;
    if (swapchain->slice_size == 0 || swapchain->releases == 0 || info->subImage.imageArrayIndex >= swapchain->slices)
        return;
    slice = malloc(swapchain->slice_size);
    if (slice == NULL)
        abort();
    // Read at release, and found unchanged a moment ago.
    memcpy(slice,
           swapchain->images[(swapchain->releases - 1) % swapchain->image_count].content +
               swapchain->slice_size * info->subImage.imageArrayIndex,
           swapchain->slice_size);
    recorded->slice = slice;
}

void mock_record_frame(const XrFrameEndInfo *info, XrResult result)
{
    mock_forget_frame();
    mock_frames++;
    frame.result = result;
    if (info == NULL || info->type != XR_TYPE_FRAME_END_INFO)
        return;
    frame.info = mock_copy(info);
    for (uint32_t i = 0; i < frame.info->child_count; i++) {
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)info->layers[i];

        if (layer == NULL || layer->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION || layer->views == NULL)
            continue;
        for (uint32_t v = 0; v < layer->viewCount; v++)
            record_view(i, v, &layer->views[v]);
    }
    mock_dump_frame(&frame, mock_frames - 1);
}

const struct mock_frame *mock_get_frame(void)
{
    return &frame;
}

unsigned mock_count_frames(void)
{
    return mock_frames;
}

unsigned mock_count_missed(void)
{
    return mock_missed;
}
