// SPDX-License-Identifier: Apache-2.0
#include "hud.h"

#include <math.h>
#include <stdlib.h>

#include "hud_numbers.h"
#include "hud_panel.h"
#include "layer_list.h"
#include "session.h"
#include "toast.h"

static const uint64_t period_ns = 250000000; // between two drawings of the HUD
static const uint64_t retry_ns = 50000000;   // after one that found no image
static const float distance = 1.5f;          // metres
// Of the view, as tangents: where panels begin, and how wide they are. About 18 pixels a degree.
static const float edge_x = 0.42f, edge_y = 0.36f, hud_width = 0.42f, toast_width = 0.5f, toast_y = -0.28f;

enum { PANELS = 2, FAILURES_MAX = 8, SPACES = 2 };

// A panel, made when it is first wanted.
struct slot {
    struct hud_panel *panel;
    bool failed;       // not tried again
    unsigned failures; // in a row
    uint64_t drawn_ns; // 0 = never, or it has to be drawn anew
    uint64_t tried_ns;
};

struct hud {
    struct layer_session *session;
    XrSystemId system;
    uint32_t layers_max;    // 0 = not asked yet
    XrSpace spaces[SPACES]; // of the head, of the world; XR_NULL_HANDLE until needed
    bool refused;
    struct hud_history history;
    struct hud_cost cost;
    struct toast toast;
    struct slot numbers, words;
    uint32_t opacity; // that the HUD was drawn with
    // The frame as it is handed on.
    XrFrameEndInfo info;
    XrCompositionLayerQuad quads[PANELS];
    struct layer_list layers;
};

struct hud *hud_create(struct layer_session *session, XrSystemId system)
{
    struct hud *hud = calloc(1, sizeof *hud);

    if (hud == NULL)
        return NULL;
    hud->session = session;
    hud->system = system;
    artem_frame_record_init(&hud->history.latest);
    hud->cost.per_second = 1e9 / (double)period_ns;
    return hud;
}

void hud_destroy(struct hud **hud)
{
    struct hud *h = *hud;

    *hud = NULL;
    if (h == NULL)
        return;
    hud_panel_destroy(&h->numbers.panel);
    hud_panel_destroy(&h->words.panel);
    for (int i = 0; i < SPACES; i++) {
        if (h->spaces[i] != XR_NULL_HANDLE)
            h->session->instance->next.xrDestroySpace(h->spaces[i]);
    }
    free(h->layers.layers);
    free(h);
}

void hud_note(struct hud *hud, const struct artem_frame_record *record, bool paused)
{
    if (hud != NULL)
        hud_history_add(&hud->history, record, record->gpu_ms, paused, layer_now_ns());
}

void hud_refused(struct hud *hud)
{
    hud->refused = true;
    layer_session_tell(hud->session, NOTICE_HUD, "the runtime refuses frames with it");
}

// How many layers a frame may have.
static uint32_t find_layers_max(struct hud *hud)
{
    const struct layer_instance *instance = hud->session->instance;
    XrSystemProperties properties = {.type = XR_TYPE_SYSTEM_PROPERTIES};

    if (hud->layers_max == 0) {
        hud->layers_max = XR_MIN_COMPOSITION_LAYERS_SUPPORTED;
        if (instance->next.xrGetSystemProperties != NULL &&
            XR_SUCCEEDED(instance->next.xrGetSystemProperties(instance->handle, hud->system, &properties)) &&
            properties.graphicsProperties.maxLayerCount > 0)
            hud->layers_max = properties.graphicsProperties.maxLayerCount;
    }
    return hud->layers_max;
}

static XrSpace find_space(struct hud *hud, bool world)
{
    const struct layer_next *next = &hud->session->instance->next;
    const XrReferenceSpaceCreateInfo info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = world ? XR_REFERENCE_SPACE_TYPE_LOCAL : XR_REFERENCE_SPACE_TYPE_VIEW,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };
    XrSpace *space = &hud->spaces[world];

    if (*space == XR_NULL_HANDLE && XR_FAILED(next->xrCreateReferenceSpace(hud->session->handle, &info, space)))
        *space = XR_NULL_HANDLE;
    return *space;
}

static bool has_functions(const struct layer_next *next)
{
    return next->xrCreateReferenceSpace != NULL && next->xrDestroySpace != NULL &&
           next->xrEnumerateSwapchainFormats != NULL;
}

// The panel, made if need be; NULL if it cannot be.
static struct hud_panel *open_panel(struct hud *hud, struct slot *slot, int width, int height)
{
    const char *why;

    if (slot->panel == NULL && !slot->failed) {
        why = "the runtime has no functions for it";
        if (has_functions(&hud->session->instance->next))
            slot->panel = hud_panel_create(hud->session, width, height, &why);
        slot->failed = slot->panel == NULL;
        if (slot->failed)
            layer_session_tell(hud->session, NOTICE_HUD, why);
    }
    return slot->failed ? NULL : slot->panel;
}

static bool may_try(const struct slot *slot, uint64_t now_ns)
{
    return now_ns - slot->tried_ns >= retry_ns;
}

// Brings a drawing to the runtime. What fails is tried again with a later frame, a few times.
static bool present(struct hud *hud, struct slot *slot, uint32_t opacity, uint64_t now_ns)
{
    const enum artem_result result = hud_panel_update(slot->panel, opacity);

    slot->tried_ns = now_ns;
    if (result == ARTEM_OK) {
        slot->drawn_ns = now_ns;
        slot->failures = 0;
    } else if (result != ARTEM_TIMEOUT && ++slot->failures >= FAILURES_MAX) {
        slot->failed = true;
        layer_session_tell(hud->session, NOTICE_HUD, artem_result_string(result));
    }
    return result == ARTEM_OK;
}

static void add_quad(struct hud *hud, uint32_t *count, const XrCompositionLayerQuad *quad)
{
    if (quad->space == XR_NULL_HANDLE)
        return;
    hud->quads[*count] = *quad;
    ++*count;
}

// From -1 to 1: left, middle, right; bottom, middle, top.
static XrVector3f find_place(const struct artem_settings *settings, float width, float height)
{
    const int column = (int)settings->hud_position % 3 - 1, row = 1 - (int)settings->hud_position / 3;

    return (XrVector3f){
        (float)column * fmaxf(edge_x - width / 2, 0) * distance,
        (float)row * fmaxf(edge_y - height / 2, 0) * distance,
        -distance,
    };
}

static void add_numbers(struct hud *hud, uint32_t *count, const struct artem_settings *settings, uint64_t now_ns)
{
    struct slot *slot = &hud->numbers;
    struct hud_panel *panel = open_panel(hud, slot, HUD_WIDTH, HUD_HEIGHT);
    const float width = hud_width * (float)settings->hud_size, height = width * HUD_HEIGHT / HUD_WIDTH;
    XrCompositionLayerQuad quad;

    if (panel == NULL)
        return;
    if ((now_ns - slot->drawn_ns >= period_ns || hud->opacity != settings->hud_opacity) && may_try(slot, now_ns)) {
        hud_numbers_draw(&hud->history, &hud->cost, now_ns, &panel->canvas);
        if (present(hud, slot, settings->hud_opacity, now_ns)) {
            hud->opacity = settings->hud_opacity;
            hud->cost.cpu_ms = (double)(layer_now_ns() - now_ns) / 1e6;
            hud->cost.gpu_ms = hud_panel_gpu_ms(panel);
        }
    }
    if (!panel->shown || slot->failed)
        return;
    quad = hud_panel_layer(panel, find_space(hud, settings->hud_world), find_place(settings, width, height),
                           width * distance);
    add_quad(hud, count, &quad);
}

static void add_words(struct hud *hud, uint32_t *count, uint64_t now_ns)
{
    const XrVector3f place = {0, toast_y * distance, -distance};
    struct hud_panel *panel = open_panel(hud, &hud->words, TOAST_WIDTH, TOAST_HEIGHT);
    XrCompositionLayerQuad quad;

    if (panel == NULL)
        return;
    if (hud->words.drawn_ns == 0 && may_try(&hud->words, now_ns)) {
        toast_draw(&hud->toast, &panel->canvas);
        present(hud, &hud->words, 192, now_ns);
    }
    if (hud->words.drawn_ns == 0 || hud->words.failed)
        return; // what it shows are other words
    quad = hud_panel_layer(panel, find_space(hud, false), place, toast_width * distance);
    add_quad(hud, count, &quad);
}

const XrFrameEndInfo *hud_add(struct hud *hud, const XrFrameEndInfo *info, const struct artem_settings *settings,
                              const struct artem_style *style, bool tried)
{
    const uint64_t now = layer_now_ns();
    uint32_t count = 0, room;
    bool words;

    if (hud == NULL || hud->refused || hud->session->device == NULL)
        return NULL;
    if (toast_follow(&hud->toast, settings, style, tried, now))
        hud->words.drawn_ns = 0;
    words = settings->toast && now < hud->toast.until_ns;
    if ((!words && !settings->hud) || info->layerCount == 0 || info->layers == NULL)
        return NULL;
    room = find_layers_max(hud) - info->layerCount;
    if (info->layerCount >= hud->layers_max || room < (uint32_t)words + settings->hud) {
        layer_session_tell(hud->session, NOTICE_HUD_LAYERS, NULL);
        if (info->layerCount >= hud->layers_max)
            return NULL;
    }
    if (settings->hud && room > (uint32_t)words)
        add_numbers(hud, &count, settings, now);
    if (words)
        add_words(hud, &count, now);
    if (count == 0 || !layer_list_copy(&hud->layers, info, PANELS))
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        hud->layers.layers[info->layerCount + i] = (const XrCompositionLayerBaseHeader *)&hud->quads[i];
    hud->info = *info;
    hud->info.layers = hud->layers.layers;
    hud->info.layerCount += count;
    return &hud->info;
}
