// SPDX-License-Identifier: Apache-2.0
// Spaces of the app in which a painting may be shown again later: reference spaces that do not move with the viewer's
// head, for as long as they live. Thread-safe.
#ifndef ARTEM_PLUGIN_SPACES_H
#define ARTEM_PLUGIN_SPACES_H

#include "layer.h"

struct layer_session;

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateReferenceSpace(XrSession session, const XrReferenceSpaceCreateInfo *info,
                                                            XrSpace *space);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySpace(XrSpace space);

// A number that no other space of the session has had; 0 if the space is gone, moves with the head, or is of a kind
// that the layer does not follow.
uint64_t layer_space_find(struct layer_session *session, XrSpace space);
// With the session.
void layer_spaces_free(struct layer_session *session);

#endif
