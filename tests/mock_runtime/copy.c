// SPDX-License-Identifier: Apache-2.0
// Copies of structures with all that they point to, and their comparison.
#include <stdlib.h>
#include <string.h>

#include "mock_internal.h"

// Structures whose size is known, and where they have pointers to others.
static const struct shape {
    XrStructureType type;
    size_t size;
    size_t pointer; // offset of a pointer to children; 0 = none
    size_t count;   // offset of their count
    size_t stride;  // bytes from one child to the next; 0 = the pointer is to a list of pointers
} shapes[] = {
    {XR_TYPE_FRAME_END_INFO, sizeof(XrFrameEndInfo), offsetof(XrFrameEndInfo, layers),
     offsetof(XrFrameEndInfo, layerCount), 0},
    {XR_TYPE_COMPOSITION_LAYER_PROJECTION, sizeof(XrCompositionLayerProjection),
     offsetof(XrCompositionLayerProjection, views), offsetof(XrCompositionLayerProjection, viewCount),
     sizeof(XrCompositionLayerProjectionView)},
    {XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW, sizeof(XrCompositionLayerProjectionView), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR, sizeof(XrCompositionLayerDepthInfoKHR), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_QUAD, sizeof(XrCompositionLayerQuad), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_CYLINDER_KHR, sizeof(XrCompositionLayerCylinderKHR), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR, sizeof(XrCompositionLayerEquirect2KHR), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_COLOR_SCALE_BIAS_KHR, sizeof(XrCompositionLayerColorScaleBiasKHR), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_ALPHA_BLEND_FB, sizeof(XrCompositionLayerAlphaBlendFB), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_IMAGE_LAYOUT_FB, sizeof(XrCompositionLayerImageLayoutFB), 0, 0, 0},
    {XR_TYPE_COMPOSITION_LAYER_SECURE_CONTENT_FB, sizeof(XrCompositionLayerSecureContentFB), 0, 0, 0},
    {XR_TYPE_SECONDARY_VIEW_CONFIGURATION_FRAME_END_INFO_MSFT, sizeof(XrSecondaryViewConfigurationFrameEndInfoMSFT),
     offsetof(XrSecondaryViewConfigurationFrameEndInfoMSFT, viewConfigurationLayersInfo),
     offsetof(XrSecondaryViewConfigurationFrameEndInfoMSFT, viewConfigurationCount),
     sizeof(XrSecondaryViewConfigurationLayerInfoMSFT)},
    {XR_TYPE_SECONDARY_VIEW_CONFIGURATION_LAYER_INFO_MSFT, sizeof(XrSecondaryViewConfigurationLayerInfoMSFT),
     offsetof(XrSecondaryViewConfigurationLayerInfoMSFT, layers),
     offsetof(XrSecondaryViewConfigurationLayerInfoMSFT, layerCount), 0},
};

static const struct shape *find_shape(XrStructureType type)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (shapes[i].type == type)
            return &shapes[i];
    }
    return NULL;
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL)
        abort();
    return memory;
}

static void copy_children(struct mock_node *node, const struct shape *shape, const unsigned char *original)
{
    const unsigned char *children;

    memcpy(&children, original + shape->pointer, sizeof(void *));
    memcpy(&node->child_count, original + shape->count, sizeof node->child_count);
    if (children == NULL)
        node->child_count = 0;
    node->children = allocate((node->child_count + 1) * sizeof(struct mock_node *));
    for (uint32_t i = 0; i < node->child_count; i++) {
        const void *child = children + i * shape->stride;

        if (shape->stride == 0)
            child = ((const void *const *)children)[i];
        node->children[i] = mock_copy(child);
    }
}

struct mock_node *mock_copy(const void *structure)
{
    const XrBaseInStructure *head = structure;
    const struct shape *shape;
    struct mock_node *node;

    if (head == NULL)
        return NULL;
    shape = find_shape(head->type);
    node = allocate(sizeof *node);
    *node = (struct mock_node){
        .type = head->type,
        .address = structure,
        .size = shape != NULL ? shape->size : sizeof *head,
        .known = shape != NULL,
    };
    node->bytes = allocate(node->size);
    memcpy(node->bytes, structure, node->size);
    node->next = mock_copy(head->next);
    if (shape != NULL && shape->pointer != 0)
        copy_children(node, shape, structure);
    return node;
}

void mock_node_free(struct mock_node *node)
{
    if (node == NULL)
        return;
    mock_node_free(node->next);
    for (uint32_t i = 0; i < node->child_count; i++)
        mock_node_free(node->children[i]);
    free(node->children);
    free(node->bytes);
    free(node);
}

static bool is_ignored(const struct mock_node *node, size_t offset)
{
    static const size_t swapchain = offsetof(XrCompositionLayerProjectionView, subImage.swapchain);
    const struct shape *shape = find_shape(node->type);

    if (offset >= offsetof(XrBaseInStructure, next) && offset < offsetof(XrBaseInStructure, next) + sizeof(void *))
        return true;
    if (shape == NULL)
        return false;
    if (shape->pointer != 0 && offset >= shape->pointer && offset < shape->pointer + sizeof(void *))
        return true;
    return node->type == XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW && offset >= swapchain &&
           offset < swapchain + sizeof(XrSwapchain);
}

bool mock_same(const struct mock_node *sent, const struct mock_node *arrived, const char **out_difference)
{
    *out_difference = NULL;
    if (sent == NULL && arrived == NULL)
        return true;
    if (sent == NULL || arrived == NULL)
        *out_difference = sent == NULL ? "a structure was added" : "a structure was lost";
    else if (sent->type != arrived->type)
        *out_difference = "structure types differ";
    else if (!sent->known && sent->address != arrived->address)
        *out_difference = "a structure of unknown type was replaced";
    else if (sent->child_count != arrived->child_count)
        *out_difference = "counts differ";
    if (*out_difference != NULL)
        return false;
    for (size_t i = 0; i < sent->size; i++) {
        if (sent->bytes[i] != arrived->bytes[i] && !is_ignored(sent, i)) {
            *out_difference = "values differ";
            return false;
        }
    }
    for (uint32_t i = 0; i < sent->child_count; i++) {
        if (!mock_same(sent->children[i], arrived->children[i], out_difference))
            return false;
    }
    return mock_same(sent->next, arrived->next, out_difference);
}
