// SPDX-License-Identifier: Apache-2.0
#include "play.h"

#include <pthread.h>

#include "test.h"

struct eye {
    struct play *play;
    unsigned number;
};

void play_open(struct play *play)
{
    const XrGraphicsBindingVulkanKHR binding = app_binding();
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = 1};
    const XrSessionBeginInfo begin_info = {.type = XR_TYPE_SESSION_BEGIN_INFO,
                                           .primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO};

    app_lock_queue(); // the device is idle while a session is made or ends
    CHECK_INT(play->xr.xrCreateSession(play->instance, &info, &play->session), XR_SUCCESS);
    app_unlock_queue();
    CHECK_INT(play->xr.xrBeginSession(play->session, &begin_info), XR_SUCCESS);
}

XrSpace play_make_space(const struct play *play)
{
    const XrReferenceSpaceCreateInfo info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };
    XrSpace space = XR_NULL_HANDLE;

    CHECK_INT(play->xr.xrCreateReferenceSpace(play->session, &info, &space), XR_SUCCESS);
    return space;
}

void play_make_swapchain(const struct play *play, struct app_swapchain *swapchain)
{
    XrSwapchainImageVulkanKHR images[3] = {{.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR}};
    uint32_t count = 0;

    swapchain->info = app_swapchain_info();
    CHECK_INT(play->xr.xrCreateSwapchain(play->session, &swapchain->info, &swapchain->handle), XR_SUCCESS);
    mock_claim(swapchain->handle);
    CHECK_INT(play->xr.xrEnumerateSwapchainImages(swapchain->handle, 3, &count, (XrSwapchainImageBaseHeader *)images),
              XR_SUCCESS);
    for (uint32_t i = 0; i < count; i++)
        swapchain->images[i] = images[i].image;
}

void play_close(struct play *play)
{
    app_lock_queue();
    CHECK_INT(play->xr.xrDestroySession(play->session), XR_SUCCESS);
    app_unlock_queue();
}

static void *wait_frames(void *user)
{
    struct play *play = user;

    for (unsigned i = 0; i < play->frames; i++) {
        XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

        sem_wait(&play->may_wait);
        CHECK_INT(play->xr.xrWaitFrame(play->session, NULL, &state), XR_SUCCESS);
        play->display_time = state.predictedDisplayTime;
        sem_post(&play->waited);
    }
    return NULL;
}

static void *draw_eye(void *user)
{
    const struct eye *eye = user;
    struct play *play = eye->play;
    const struct app_swapchain *swapchain = &play->swapchains[eye->number];
    const XrSwapchainImageWaitInfo wait = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = XR_INFINITE_DURATION};

    for (unsigned i = 0; i < play->frames; i++) {
        uint32_t index = 0;

        sem_wait(&play->may_draw[eye->number]);
        app_lock_queue();
        CHECK_INT(play->xr.xrAcquireSwapchainImage(swapchain->handle, NULL, &index), XR_SUCCESS);
        app_unlock_queue();
        CHECK_INT(play->xr.xrWaitSwapchainImage(swapchain->handle, &wait), XR_SUCCESS);
        app_paint(swapchain, index);
        app_lock_queue();
        CHECK_INT(play->xr.xrReleaseSwapchainImage(swapchain->handle, NULL), XR_SUCCESS);
        app_unlock_queue();
        sem_post(&play->drawn);
    }
    return NULL;
}

static void end_frame(struct play *play, XrTime display_time)
{
    XrCompositionLayerProjectionView views[PLAY_EYES] = {{.type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW},
                                                         {.type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW}};
    const XrCompositionLayerProjection layer = {
        .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION, .space = play->space, .viewCount = PLAY_EYES, .views = views};
    const XrCompositionLayerBaseHeader *layers[] = {(const XrCompositionLayerBaseHeader *)&layer};
    const XrFrameEndInfo info = {.type = XR_TYPE_FRAME_END_INFO,
                                 .displayTime = display_time,
                                 .environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE,
                                 .layerCount = 1,
                                 .layers = layers};

    for (unsigned i = 0; i < PLAY_EYES; i++) {
        views[i].pose.orientation.w = 1;
        views[i].fov = (XrFovf){-0.8f, 0.8f, 0.7f, -0.7f};
        views[i].subImage = (XrSwapchainSubImage){play->swapchains[i].handle, {{0, 0}, {WIDTH, HEIGHT}}, 0};
    }
    app_lock_queue();
    CHECK_INT(play->xr.xrEndFrame(play->session, &info), XR_SUCCESS);
    // Frames end one at a time, since they share the queue: this one is still the latest.
    play->styled += mock_get_frame()->view_count == PLAY_EYES && !mock_get_frame()->views[0].claimed &&
                    !mock_get_frame()->views[1].claimed;
    app_unlock_queue();
}

void *play_frames(void *user)
{
    struct play *play = user;
    struct eye eyes[PLAY_EYES] = {{play, 0}, {play, 1}};
    pthread_t threads[1 + PLAY_EYES];

    sem_init(&play->may_wait, 0, 1);
    sem_init(&play->waited, 0, 0);
    sem_init(&play->drawn, 0, 0);
    for (unsigned i = 0; i < PLAY_EYES; i++) {
        play_make_swapchain(play, &play->swapchains[i]);
        sem_init(&play->may_draw[i], 0, 0);
        CHECK_INT(pthread_create(&threads[1 + i], NULL, draw_eye, &eyes[i]), 0);
    }
    play->space = play_make_space(play);
    CHECK_INT(pthread_create(&threads[0], NULL, wait_frames, play), 0);
    for (unsigned i = 0; i < play->frames; i++) {
        sem_wait(&play->waited);
        const XrTime display_time = play->display_time;
        app_lock_queue();
        CHECK_INT(play->xr.xrBeginFrame(play->session, NULL), XR_SUCCESS);
        app_unlock_queue();
        sem_post(&play->may_wait); // for the next one, while this one is drawn
        for (unsigned k = 0; k < PLAY_EYES; k++)
            sem_post(&play->may_draw[k]);
        for (unsigned k = 0; k < PLAY_EYES; k++)
            sem_wait(&play->drawn);
        end_frame(play, display_time);
    }
    for (unsigned i = 0; i < 1 + PLAY_EYES; i++)
        pthread_join(threads[i], NULL);
    return NULL;
}
