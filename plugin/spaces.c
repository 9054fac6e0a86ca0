// SPDX-License-Identifier: Apache-2.0
#include "spaces.h"

#include <stdlib.h>

#include "session.h"

struct layer_space {
    XrSpace handle;
    uint64_t number;
    struct layer_space *next;
};

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateReferenceSpace(XrSession handle, const XrReferenceSpaceCreateInfo *info,
                                                            XrSpace *space)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *session = layer_session_find(handle);
    struct layer_space *steady;
    XrResult result;

    LAYER_CHECK_NEXT(instance, xrCreateReferenceSpace);
    result = instance->next.xrCreateReferenceSpace(handle, info, space);
    if (XR_FAILED(result) || session == NULL || info == NULL || space == NULL ||
        info->referenceSpaceType == XR_REFERENCE_SPACE_TYPE_VIEW)
        return result;
    steady = malloc(sizeof *steady); // without it, paintings in this space are not shown again
    if (steady == NULL)
        return result;
    pthread_mutex_lock(&session->mutex);
    *steady = (struct layer_space){*space, ++session->space_number, session->spaces};
    session->spaces = steady;
    pthread_mutex_unlock(&session->mutex);
    return result;
}

static struct layer_space *take(struct layer_session *session, XrSpace handle)
{
    struct layer_space **link = &session->spaces, *found;

    pthread_mutex_lock(&session->mutex);
    while (*link != NULL && (*link)->handle != handle)
        link = &(*link)->next;
    found = *link;
    if (found != NULL)
        *link = found->next;
    pthread_mutex_unlock(&session->mutex);
    return found;
}

XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySpace(XrSpace handle)
{
    struct layer_instance *instance = layer_active();
    struct layer_session *owner = NULL;
    struct layer_space *found = NULL;

    LAYER_CHECK_NEXT(instance, xrDestroySpace);
    // Before going down: from then on the handle may be another space's.
    pthread_mutex_lock(&instance->mutex);
    for (struct layer_session *session = instance->sessions; session != NULL && found == NULL;
         session = session->sibling) {
        owner = session;
        found = take(session, handle);
    }
    pthread_mutex_unlock(&instance->mutex);
    if (found != NULL) {
        pthread_mutex_lock(&owner->showing); // until no frame is handed over that names it
        pthread_mutex_unlock(&owner->showing);
    }
    free(found);
    return instance->next.xrDestroySpace(handle);
}

uint64_t layer_space_find(struct layer_session *session, XrSpace handle)
{
    uint64_t number = 0;

    pthread_mutex_lock(&session->mutex);
    for (const struct layer_space *space = session->spaces; space != NULL && number == 0; space = space->next)
        if (space->handle == handle)
            number = space->number;
    pthread_mutex_unlock(&session->mutex);
    return number;
}

void layer_spaces_free(struct layer_session *session)
{
    while (session->spaces != NULL) {
        struct layer_space *space = session->spaces;

        session->spaces = space->next;
        free(space);
    }
}
