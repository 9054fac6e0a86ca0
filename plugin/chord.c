// SPDX-License-Identifier: Apache-2.0
// The action sets of the chord: making, suggesting, attaching.
#include "chord.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "session.h"

// Controllers with a button under each thumb that a game seldom wants held on both sides at once. Others (simple
// controllers, hands, gaze) have no such pair: nothing is added to what the app suggests for them.
static const struct {
    const char *profile, *button;
} controllers[] = {
    {"oculus/touch_controller", "thumbstick"},        {"valve/index_controller", "thumbstick"},
    {"microsoft/motion_controller", "thumbstick"},    {"htc/vive_controller", "trackpad"},
    {"htc/vive_cosmos_controller", "thumbstick"},     {"htc/vive_focus3_controller", "thumbstick"},
    {"hp/mixed_reality_controller", "thumbstick"},    {"samsung/odyssey_controller", "thumbstick"},
    {"bytedance/pico_neo3_controller", "thumbstick"}, {"bytedance/pico4_controller", "thumbstick"},
    {"facebook/touch_controller_pro", "thumbstick"},  {"meta/touch_pro_controller", "thumbstick"},
    {"meta/touch_plus_controller", "thumbstick"},
};
enum { CONTROLLERS = sizeof controllers / sizeof controllers[0] };

// Action sets are fixed once they are attached to any session. If an app suggests anew for a later session, with sets
// of its own that are new, it gets a new one of ours too.
struct set {
    XrActionSet handle;
    XrAction actions[2]; // left, right
    bool bound;          // the runtime has taken a suggestion for it
    bool attached;
};

struct chord {
    struct layer_instance *instance;
    uint64_t hold_ns;
    struct {
        XrPath profile, buttons[2];
    } paths[CONTROLLERS];
    pthread_mutex_t mutex; // guards what follows; not held while calling down
    struct set sets[CHORD_SETS_MAX];
    uint32_t count;
    bool making; // a set is being made
};

static bool find_path(const struct layer_instance *instance, XrPath *out_path, const char *format, const char *a,
                      const char *b)
{
    char text[XR_MAX_PATH_LENGTH];

    snprintf(text, sizeof text, format, a, b);
    return XR_SUCCEEDED(instance->next.xrStringToPath(instance->handle, text, out_path));
}

struct chord *chord_create(struct layer_instance *instance)
{
    const struct layer_next *next = &instance->next;
    struct artem_settings settings;
    struct chord *chord;
    bool found = true;

    artem_config_get(instance->config, &settings);
    if (settings.chord == 0)
        return NULL;
    chord = calloc(1, sizeof *chord);
    if (chord == NULL || next->xrStringToPath == NULL || next->xrCreateActionSet == NULL ||
        next->xrDestroyActionSet == NULL || next->xrCreateAction == NULL ||
        next->xrSuggestInteractionProfileBindings == NULL || next->xrAttachSessionActionSets == NULL ||
        next->xrSyncActions == NULL || next->xrGetActionStateBoolean == NULL) {
        free(chord);
        return NULL;
    }
    chord->instance = instance;
    chord->hold_ns = settings.chord * UINT64_C(1000000000);
    for (int i = 0; i < CONTROLLERS && found; i++)
        found =
            find_path(instance, &chord->paths[i].profile, "/interaction_profiles/%s%s", controllers[i].profile, "") &&
            find_path(instance, &chord->paths[i].buttons[0], "/user/hand/left/input/%s%s", controllers[i].button,
                      "/click") &&
            find_path(instance, &chord->paths[i].buttons[1], "/user/hand/right/input/%s%s", controllers[i].button,
                      "/click");
    if (!found) {
        free(chord);
        return NULL;
    }
    pthread_mutex_init(&chord->mutex, NULL);
    return chord;
}

void chord_destroy(struct chord **chord)
{
    struct chord *c = *chord;

    *chord = NULL;
    if (c == NULL)
        return;
    for (uint32_t i = 0; i < c->count; i++)
        c->instance->next.xrDestroyActionSet(c->sets[i].handle); // with its actions
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

static bool make_action(const struct layer_instance *instance, XrActionSet set, const char *side, XrAction *out_action)
{
    XrActionCreateInfo info = {.type = XR_TYPE_ACTION_CREATE_INFO, .actionType = XR_ACTION_TYPE_BOOLEAN_INPUT};

    snprintf(info.actionName, sizeof info.actionName, "off_switch_%s", side);
    snprintf(info.localizedActionName, sizeof info.localizedActionName, "Off switch, %s", side);
    return XR_SUCCEEDED(instance->next.xrCreateAction(set, &info, out_action));
}

// A set with its actions; false with nothing left behind.
static bool make_set(const struct layer_instance *instance, uint32_t number, struct set *out_set)
{
    XrActionSetCreateInfo info = {.type = XR_TYPE_ACTION_SET_CREATE_INFO, .priority = 0};
    struct set set = {0};

    snprintf(info.actionSetName, sizeof info.actionSetName, "artem_%u", number + 1);
    snprintf(info.localizedActionSetName, sizeof info.localizedActionSetName, "Art'Em %u", number + 1);
    if (XR_FAILED(instance->next.xrCreateActionSet(instance->handle, &info, &set.handle)))
        return false;
    if (make_action(instance, set.handle, "left", &set.actions[0]) &&
        make_action(instance, set.handle, "right", &set.actions[1])) {
        *out_set = set;
        return true;
    }
    instance->next.xrDestroyActionSet(set.handle);
    return false;
}

// Finds or makes the set that suggestions are for now; false if there is none.
static bool open_set(struct chord *chord, uint32_t *out_index)
{
    struct set set;
    bool made;

    pthread_mutex_lock(&chord->mutex);
    if (chord->count > 0 && !chord->sets[chord->count - 1].attached) {
        *out_index = chord->count - 1;
        pthread_mutex_unlock(&chord->mutex);
        return true;
    }
    if (chord->making || chord->count == CHORD_SETS_MAX) {
        pthread_mutex_unlock(&chord->mutex);
        return false;
    }
    chord->making = true;
    *out_index = chord->count;
    pthread_mutex_unlock(&chord->mutex);

    made = make_set(chord->instance, *out_index, &set);
    pthread_mutex_lock(&chord->mutex);
    chord->making = false;
    if (made)
        chord->sets[chord->count++] = set;
    pthread_mutex_unlock(&chord->mutex);
    return made;
}

static int find_controller(const struct chord *chord, XrPath profile)
{
    for (int i = 0; i < CONTROLLERS; i++) {
        if (chord->paths[i].profile == profile)
            return i;
    }
    return -1;
}

// Suggests the app's bindings and ours. False if that cannot be done, or is refused.
static bool suggest_both(struct chord *chord, const XrInteractionProfileSuggestedBinding *bindings,
                         XrResult *out_result)
{
    const int controller = find_controller(chord, bindings->interactionProfile);
    const uint32_t count = bindings->countSuggestedBindings;
    XrInteractionProfileSuggestedBinding both = *bindings;
    XrActionSuggestedBinding *list;
    uint32_t index;

    if (controller < 0 || count == 0 || bindings->suggestedBindings == NULL || !open_set(chord, &index))
        return false;
    list = calloc((size_t)count + 2, sizeof *list);
    if (list == NULL)
        return false;
    memcpy(list, bindings->suggestedBindings, count * sizeof *list);
    for (int hand = 0; hand < 2; hand++)
        list[count + (uint32_t)hand] =
            (XrActionSuggestedBinding){chord->sets[index].actions[hand], chord->paths[controller].buttons[hand]};
    both.countSuggestedBindings += 2;
    both.suggestedBindings = list;
    *out_result = chord->instance->next.xrSuggestInteractionProfileBindings(chord->instance->handle, &both);
    free(list);
    if (XR_FAILED(*out_result))
        return false;
    pthread_mutex_lock(&chord->mutex);
    chord->sets[index].bound = true;
    pthread_mutex_unlock(&chord->mutex);
    return true;
}

XRAPI_ATTR XrResult XRAPI_CALL
layer_xrSuggestInteractionProfileBindings(XrInstance handle, const XrInteractionProfileSuggestedBinding *bindings)
{
    struct layer_instance *instance = layer_active();
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrSuggestInteractionProfileBindings);
    if (instance->chord != NULL && bindings != NULL && suggest_both(instance->chord, bindings, &result))
        return result;
    return instance->next.xrSuggestInteractionProfileBindings(handle, bindings);
}

// Attaches the app's sets and ours. False if there are none of ours, or that is refused.
static bool attach_both(struct chord *chord, struct layer_session *session, const XrSessionActionSetsAttachInfo *info,
                        XrResult *out_result)
{
    XrSessionActionSetsAttachInfo both = *info;
    struct chord_hold hold = {.attached = true, .hold_ns = chord->hold_ns};
    XrActionSet *list;

    pthread_mutex_lock(&chord->mutex);
    for (uint32_t i = 0; i < chord->count; i++) {
        if (!chord->sets[i].bound)
            continue;
        hold.sets[hold.count] = chord->sets[i].handle;
        memcpy(hold.actions[hold.count++], chord->sets[i].actions, sizeof hold.actions[0]);
    }
    pthread_mutex_unlock(&chord->mutex);
    if (hold.count == 0 || info->countActionSets == 0 || info->actionSets == NULL)
        return false;
    list = calloc((size_t)info->countActionSets + hold.count, sizeof(XrActionSet));
    if (list == NULL)
        return false;
    memcpy(list, info->actionSets, info->countActionSets * sizeof(XrActionSet));
    memcpy(list + info->countActionSets, hold.sets, hold.count * sizeof(XrActionSet));
    both.countActionSets += hold.count;
    both.actionSets = list;
    *out_result = chord->instance->next.xrAttachSessionActionSets(session->handle, &both);
    free(list);
    if (XR_FAILED(*out_result))
        return false;
    pthread_mutex_lock(&chord->mutex);
    for (uint32_t i = 0; i < chord->count; i++)
        chord->sets[i].attached = chord->sets[i].attached || chord->sets[i].bound;
    pthread_mutex_unlock(&chord->mutex);
    pthread_mutex_lock(&session->mutex);
    session->chord = hold;
    pthread_mutex_unlock(&session->mutex);
    artem_log(ARTEM_LOG_INFO, "chord: both thumbsticks held for %u s turn styling off and on",
              (unsigned)(chord->hold_ns / 1000000000u));
    return true;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrAttachSessionActionSets(XrSession handle,
                                                               const XrSessionActionSetsAttachInfo *info)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrAttachSessionActionSets);
    if (session == NULL || info == NULL || instance->chord == NULL)
        return instance->next.xrAttachSessionActionSets(handle, info);
    if (attach_both(instance->chord, session, info, &result))
        return result;
    result = instance->next.xrAttachSessionActionSets(handle, info);
    if (XR_SUCCEEDED(result)) {
        pthread_mutex_lock(&session->mutex);
        session->chord.attached = true;
        pthread_mutex_unlock(&session->mutex);
        layer_session_tell(session, NOTICE_CHORD,
                           "the app uses no controller with two thumbsticks, or the runtime refuses");
    }
    return result;
}
