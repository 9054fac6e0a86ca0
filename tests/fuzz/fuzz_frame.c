// SPDX-License-Identifier: Apache-2.0
// An app's XrFrameEndInfo of any content: the plan stays within what engine and shaders take, the app's structures are
// left byte for byte as they were, and the copy differs from them only in the swapchains of painted views.
#include <string.h>

#include "artem/geometry.h"
#include "frame.h"
#include "frame_held.h"
#include "fuzz.h"

enum { LAYERS_MAX = 12, VIEWS_MAX = 6, SWAPCHAINS = 4, ARENA = 1 << 16 };

struct layer_swapchain *__wrap_layer_swapchain_find(XrSwapchain handle);
void __wrap_layer_session_tell(struct layer_session *session, enum session_notice notice, const char *detail);

static struct layer_session session, other_session;
static struct layer_swapchain swapchains[SWAPCHAINS];
// All that the app hands in lies here, so that a change anywhere is seen.
static _Alignas(16) uint8_t arena[ARENA], before[ARENA];
static size_t used;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    for (int i = 0; i < SWAPCHAINS; i++) {
        swapchains[i] = (struct layer_swapchain){
            .handle = (XrSwapchain)(uintptr_t)(i + 1),
            .session = i == 3 ? &other_session : &session,
            .info = {.width = 64u << 2 * i, .height = 1000, .arraySize = 1 + (uint32_t)i},
            .unsupported = i == 2 ? "it is a test" : NULL,
        };
        for (unsigned p = 0; p < SWAPCHAIN_PLANES; p++)
            swapchains[i].own[p].handle = (XrSwapchain)(uintptr_t)(100 + 10 * i + (int)p);
    }
    return 0;
}

struct layer_swapchain *__wrap_layer_swapchain_find(XrSwapchain handle)
{
    const uintptr_t number = (uintptr_t)handle;

    return number >= 1 && number <= SWAPCHAINS ? &swapchains[number - 1] : NULL;
}

void __wrap_layer_session_tell(struct layer_session *of, enum session_notice notice, const char *detail)
{
    FUZZ_REQUIRE(of == &session && notice < NOTICE_COUNT);
    (void)detail;
}

static void *place(size_t size)
{
    void *at = arena + used;

    used += (size + 15) & ~(size_t)15;
    FUZZ_REQUIRE(used <= ARENA);
    return at;
}

// Structures that nobody knows, one after the other.
static void *take_chain(struct fuzz_input *in)
{
    void *next = NULL;

    for (unsigned count = fuzz_take8(in) % 4; count > 0; count--) {
        XrBaseInStructure *base = place(32);

        base->type = (XrStructureType)fuzz_take32(in);
        base->next = next;
        next = base;
    }
    return next;
}

static int32_t take_length(struct fuzz_input *in)
{
    const uint8_t kind = fuzz_take8(in);

    return kind < 200 ? kind * 4 : kind < 230 ? fuzz_take16(in) : (int32_t)fuzz_take32(in);
}

static float take_float(struct fuzz_input *in)
{
    static const float common[] = {0, 1, -1, 0.5f, -0.5f, 0.785f, -0.785f, 1.5f};
    const uint8_t kind = fuzz_take8(in);
    const uint32_t bits = kind < 240 ? 0 : fuzz_take32(in);
    float value;

    memcpy(&value, &bits, sizeof value);
    return kind < 240 ? common[kind % 8] : value;
}

static void take_view(struct fuzz_input *in, XrCompositionLayerProjectionView *view)
{
    view->type = fuzz_take8(in) == 255 ? (XrStructureType)fuzz_take32(in) : XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW;
    view->next = take_chain(in);
    view->pose = (XrPosef){{take_float(in), take_float(in), take_float(in), take_float(in)},
                           {take_float(in), take_float(in), take_float(in)}};
    view->fov = (XrFovf){take_float(in), take_float(in), take_float(in), take_float(in)};
    view->subImage.swapchain = (XrSwapchain)(uintptr_t)(fuzz_take8(in) % (SWAPCHAINS + 2));
    view->subImage.imageRect.offset.x = take_length(in);
    view->subImage.imageRect.offset.y = take_length(in);
    view->subImage.imageRect.extent.width = take_length(in);
    view->subImage.imageRect.extent.height = take_length(in);
    view->subImage.imageArrayIndex = fuzz_take8(in) % 6;
}

static const XrCompositionLayerBaseHeader *take_layer(struct fuzz_input *in)
{
    static const uint32_t counts[] = {2, 2, 2, 1, 4, 0, 3, VIEWS_MAX};
    const uint8_t kind = fuzz_take8(in);
    XrCompositionLayerProjection *layer = place(sizeof *layer);

    if (kind == 255)
        return NULL;
    layer->type = kind < 200 ? XR_TYPE_COMPOSITION_LAYER_PROJECTION : (XrStructureType)fuzz_take32(in);
    layer->next = take_chain(in);
    layer->layerFlags = fuzz_take8(in) % 8;
    layer->viewCount = counts[fuzz_take8(in) % 8];
    XrCompositionLayerProjectionView *views = place(layer->viewCount * sizeof *views);
    for (uint32_t i = 0; i < layer->viewCount; i++)
        take_view(in, &views[i]);
    layer->views = fuzz_take8(in) == 255 ? NULL : views;
    return (const XrCompositionLayerBaseHeader *)layer;
}

static XrFrameEndInfo *take_frame(struct fuzz_input *in)
{
    XrFrameEndInfo *info = place(sizeof *info);

    info->type = fuzz_take8(in) == 255 ? (XrStructureType)fuzz_take32(in) : XR_TYPE_FRAME_END_INFO;
    info->next = take_chain(in);
    info->displayTime = fuzz_take32(in);
    info->environmentBlendMode = (XrEnvironmentBlendMode)(1 + fuzz_take8(in) % 4);
    info->layerCount = fuzz_take8(in) % (LAYERS_MAX + 1);
    const XrCompositionLayerBaseHeader **layers = place(info->layerCount * sizeof *layers);
    for (uint32_t i = 0; i < info->layerCount; i++)
        layers[i] = take_layer(in);
    info->layers = fuzz_take8(in) == 255 ? NULL : layers;
    return info;
}

static void check_plan(const struct frame_plan *plan)
{
    FUZZ_REQUIRE(plan->layer_count >= 1 && plan->layer_count <= FRAME_LAYERS_MAX);
    FUZZ_REQUIRE(plan->view_count <= FRAME_VIEWS_MAX);
    FUZZ_REQUIRE(plan->picture_count >= 1 && plan->picture_count <= ARTEM_MAX_VIEWS);
    for (uint32_t i = 0; i < plan->view_count; i++)
        FUZZ_REQUIRE(plan->view_pictures[i] < plan->picture_count);
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *p = &plan->pictures[i];
        const VkRect2D *rect = &p->info.rect;

        FUZZ_REQUIRE(p->swapchain->session == &session && p->swapchain->unsupported == NULL);
        FUZZ_REQUIRE(p->plane < SWAPCHAIN_PLANES && p->info.slice < p->swapchain->info.arraySize);
        FUZZ_REQUIRE(rect->offset.x >= 0 && rect->offset.y >= 0);
        FUZZ_REQUIRE((uint64_t)rect->offset.x + rect->extent.width <= p->swapchain->info.width);
        FUZZ_REQUIRE((uint64_t)rect->offset.y + rect->extent.height <= p->swapchain->info.height);
        FUZZ_REQUIRE(
            geometry_can_scale(rect->extent.width, rect->extent.height, p->info.style_width, p->info.style_height));
        FUZZ_REQUIRE(artem_noise_map_valid(&p->noise));
    }
}

static void check_copy(const XrFrameEndInfo *info, const struct frame_plan *plan, const struct frame_copy *copy)
{
    XrFrameEndInfo same = copy->info;

    same.layers = info->layers;
    FUZZ_REQUIRE(memcmp(&same, info, sizeof same) == 0);
    for (uint32_t i = 0, planned = 0; i < info->layerCount; i++) {
        const bool is_planned = planned < plan->layer_count && plan->layers[planned].index == i;
        const XrCompositionLayerProjection *layer = (const XrCompositionLayerProjection *)copy->info.layers[i];

        if (!is_planned || plan->layers[planned].passes) {
            FUZZ_REQUIRE(copy->info.layers[i] == info->layers[i]);
            planned += is_planned;
            continue;
        }
        XrCompositionLayerProjection head = *layer;
        head.views = plan->layers[planned].layer->views;
        FUZZ_REQUIRE(memcmp(&head, info->layers[i], sizeof head) == 0);
        for (uint32_t v = 0; v < layer->viewCount; v++) {
            XrCompositionLayerProjectionView view = layer->views[v];

            FUZZ_REQUIRE((uintptr_t)view.subImage.swapchain >= 100);
            view.subImage.swapchain = head.views[v].subImage.swapchain;
            FUZZ_REQUIRE(memcmp(&view, &head.views[v], sizeof view) == 0);
        }
        planned++;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct artem_settings settings;
    struct frame_held held;
    struct frame_copy copy;
    struct frame_plan plan = {0};

    memset(arena, 0, used);
    used = 0;
    session = (struct layer_session){0};
    artem_settings_default(&settings);
    settings.resolution = 64 + fuzz_take16(&in) % (2048 - 63);
    settings.ar = fuzz_take8(&in) % 2;
    const uint8_t passing = fuzz_take8(&in);
    const XrFrameEndInfo *info = take_frame(&in);
    memcpy(before, arena, used);

    if (frame_plan_make(&session, info, &settings, &plan) == ARTEM_DECISION_STYLED) {
        check_plan(&plan);
        for (uint32_t i = 0; i < plan.layer_count; i++)
            plan.layers[i].passes = (passing >> i & 1) != 0;
        FUZZ_REQUIRE(frame_copy_make(&session, info, &plan, NULL, &copy));
        check_copy(info, &plan, &copy);
        // What an earlier frame showed in place of it: here, the frame itself.
        frame_held_take(&session, &plan, 1, &held);
        FUZZ_REQUIRE(!held.valid && !frame_held_fits(&session, &held, &plan)); // the layer has seen no space
        held.valid = true;
        FUZZ_REQUIRE(frame_held_fits(&session, &held, &plan) == (held.layer_count > 0));
        FUZZ_REQUIRE(frame_copy_make(&session, info, &plan, &held, &copy));
        free(session.layers.layers);
    }
    FUZZ_REQUIRE(memcmp(before, arena, used) == 0);
    return 0;
}
