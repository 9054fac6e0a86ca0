// SPDX-License-Identifier: Apache-2.0
// One XrSession of the app: its Vulkan device, engine, statistics and governor.
#ifndef ARTEM_PLUGIN_SESSION_H
#define ARTEM_PLUGIN_SESSION_H

#include <stdatomic.h>

#include "artem/governor.h"
#include "artem/ring.h"
#include "artem/stats.h"
#include "chord.h"
#include "frame_dump.h"
#include "gl_image.h"
#include "layer.h"
#include "layer_list.h"
#include "styler.h"
#include "vk_shaders.h"

struct frame_recorder;
struct hud;
struct layer_swapchain;

// Reasons to pass frames or swapchains through; each is told once per session.
enum session_notice {
    NOTICE_GRAPHICS,      // neither a Vulkan binding nor one of OpenGL
    NOTICE_OPENGL,        // OpenGL's images cannot be shared
    NOTICE_DEVICE,        // the Vulkan device cannot do it
    NOTICE_BLEND_MODE,    // the display adds to the world
    NOTICE_VIEWS,         // not one, two or four views
    NOTICE_SIZES,         // views that do not fit the arithmetic's limits or each other
    NOTICE_SWAPCHAIN,     // format or layout of the swapchain
    NOTICE_MANY,          // more views than one batch takes
    NOTICE_OVERLAP,       // pictures of one swapchain that overlap too often
    NOTICE_REJECTED,      // the runtime refused a styled frame
    NOTICE_OWN_SWAPCHAIN, // no swapchain for the styled frames
    NOTICE_HUD,           // HUD or toast cannot be made
    NOTICE_CHORD,         // there will be no off switch by controller
    NOTICE_HUD_LAYERS,    // no room for them among the app's layers
    NOTICE_COUNT
};

struct layer_session {
    XrSession handle;
    struct layer_instance *instance;
    struct layer_session *sibling; // instance->sessions
    struct vulkan_device *device;  // the app's, with `gl` the layer's own; NULL: everything passes through
    struct vk_shaders *shaders;    // likewise
    struct gl_share *gl;           // of apps that draw with OpenGL; NULL: Vulkan
    VkDevice async_device;         // whose own queue the session has, VK_NULL_HANDLE: none
    struct styler *styler;
    struct artem_stats *stats;
    struct artem_ring *ring;            // NULL: nobody can look on
    pthread_mutex_t mutex;              // guards the list, and the swapchains' state between calls of different threads
    struct layer_swapchain *swapchains; // all of the session
    XrSwapchainCreateInfo projected; // what the latest swapchain in a projection layer was made by; width 0: none yet
    struct layer_swapchain *orphans; // destroyed ones whose buffers may still be in use: swapchain_end.c
    struct layer_space *spaces;      // likewise; spaces.h
    pthread_mutex_t showing;         // held while spaces are kept alive: frame_held.h. Taken before `mutex`
    uint64_t space_number;
    atomic_llong period_ns;   // of the display, 0: not known
    atomic_uint slow_frames;  // in a row that were told a multiple of it
    atomic_ullong release_ns; // spent in releases since the latest frame
    struct chord_hold chord;
    atomic_bool wants_capture; // releases are worth capturing
    atomic_bool off;           // styling is off for the rest of the session
    atomic_bool late_capture;  // of the settings
    atomic_uint told;          // bit per session_notice
    bool overlay;              // shows panels above another app's world: may never have a projection layer
    unsigned errors;           // rate of log lines

    // Of xrEndFrame, which the app calls one at a time.
    bool clock_told;                                 // clock_offset_ns is in the log
    uint64_t handed_over_ns, pending_handed_over_ns; // this frame, the pending one: CLOCK_MONOTONIC
    struct artem_governor governor;
    uint64_t governor_told, governor_recorded; // numbers of its changes
    uint64_t late_ns;                          // when the painting began that is late, 0: none
    uint32_t late_serial, late_frames;
    uint32_t longest_side;      // of the first picture so far, 0 before
    bool cannot_defer;          // the latest frame's layers may not be shown again
    uint32_t old_weight;        // 0..256: how much of the resolution before should still be seen
    uint32_t stroke_resolution; // what the settings ask for
    struct frame_work *work;    // paintings shown and under way
    uint64_t frame;
    uint64_t painted;        // frames that the engine styled
    int32_t noise_density;   // of the frames so far, 0 before the first (xrEndFrame only)
    uint64_t cuts;           // scene cuts that the engine has seen
    struct frame_dump *dump; // NULL: none is asked for
    uint64_t last_end_ns;
    uint32_t settings_serial;
    char log_file[ARTEM_PATH_MAX];
    struct artem_frame_record pending; // waits for the GPU time of its composite
    bool has_pending;
    bool pending_on_device;  // and for the time of the network
    bool pending_painted;    // it was painted on the device, or a painting there was finished in it
    double pending_rest_ms;  // of its xrEndFrame, without waiting
    uint32_t pending_serial; // of its order
    double gpu_rest_ms;      // of the latest frame painted on the device: the layer's work beside the network
    const char *backend;     // that the log of frames names
    unsigned fallbacks;      // likewise
    const struct layer_swapchain *pending_eyes[2]; // that the pending frame drew to, NULL = not one per eye
    uint64_t instrument_ns;                        // spent on records since the latest frame began
    struct frame_recorder *recorder;
    struct hud *hud;
    struct layer_list layers; // scratch: the modified list
};

XRAPI_ATTR XrResult XRAPI_CALL layer_xrCreateSession(XrInstance instance, const XrSessionCreateInfo *info,
                                                     XrSession *session);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrBeginSession(XrSession session, const XrSessionBeginInfo *info);
XRAPI_ATTR XrResult XRAPI_CALL layer_xrDestroySession(XrSession session);

// NULL if the layer does not know it.
struct layer_session *layer_session_find(XrSession session);
// Waits for all work of the session, then frees it with its swapchains' objects.
void layer_session_free(struct layer_session *session);

// What a swapchain format of the session's graphics API is in Vulkan's terms.
static inline VkFormat layer_session_format(const struct layer_session *session, int64_t format)
{
    return session->gl != NULL ? gl_find_format(format) : (VkFormat)format;
}

// Logs the notice's line (and `detail`, which may be NULL), the first time in this session.
void layer_session_tell(struct layer_session *session, enum session_notice notice, const char *detail);

#endif
