// SPDX-License-Identifier: Apache-2.0
// The off switch by controller (`chord`): both thumbsticks pressed for some seconds turn styling off and on.
//
// A layer can see buttons only through actions of its own. There is an action set of the layer's, of the lowest
// priority, so that it never takes a button from the app; its bindings are added to those that the app suggests for a
// controller that has two such buttons, it is attached together with the app's sets and synchronised with them. What
// the runtime refuses with the addition, it gets as the app made it, and the chord is not available then. With chord =
// off when the app starts, nothing is added anywhere.
#ifndef ARTEM_PLUGIN_CHORD_H
#define ARTEM_PLUGIN_CHORD_H

#include "layer.h"

enum { CHORD_SETS_MAX = 4 };

struct layer_session;

// Of a session; guarded by its mutex.
struct chord_hold {
    XrActionSet sets[CHORD_SETS_MAX]; // attached to it
    XrAction actions[CHORD_SETS_MAX][2];
    uint32_t count;
    bool attached;     // the app has attached its sets
    bool broken;       // the runtime does not synchronise ours
    uint64_t hold_ns;  // how long they have to be
    uint64_t since_ns; // both are pressed, 0 = they are not
    bool fired;        // and that was obeyed
};

// NULL if the settings have no chord now, or the chain below lacks what it needs.
struct chord *chord_create(struct layer_instance *instance);
// Destroys its actions. Clears *chord; NULL-safe.
void chord_destroy(struct chord **chord);

// Once a frame: tells the user when there will be no chord.
void chord_look(struct layer_session *session);

XRAPI_ATTR XrResult XRAPI_CALL
layer_xrSuggestInteractionProfileBindings(XrInstance instance, const XrInteractionProfileSuggestedBinding *bindings);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrAttachSessionActionSets(XrSession session,
                                                               const XrSessionActionSetsAttachInfo *info);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrSyncActions(XrSession session, const XrActionsSyncInfo *info);

#endif
