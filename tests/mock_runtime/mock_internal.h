// SPDX-License-Identifier: Apache-2.0
// Inside the mock runtime: objects, the one lock, calls and violations.
#ifndef ARTEM_MOCK_INTERNAL_H
#define ARTEM_MOCK_INTERNAL_H

#include "mock_gpu.h"
#include "mock_runtime.h"

// Handles are the objects' addresses; an unknown one is never followed.
enum mock_kind { MOCK_INSTANCE, MOCK_SESSION, MOCK_SPACE, MOCK_SWAPCHAIN, MOCK_ACTION_SET, MOCK_ACTION };

struct mock_object {
    enum mock_kind kind;
    struct mock_object *parent, *next;
    void (*destroy)(struct mock_object *object); // what it holds besides its memory; may be NULL
};

enum { MOCK_EXTENSIONS_MAX = 32, MOCK_EVENTS_MAX = 64, MOCK_PATHS_MAX = 256, MOCK_IMAGES = 3 };

union mock_event {
    XrEventDataSessionStateChanged state;
    XrEventDataInstanceLossPending loss;
};

struct mock_instance {
    struct mock_object object;
    bool extensions[MOCK_EXTENSIONS_MAX]; // enabled, by index of the list in instance.c
    bool asked_requirements;
    union mock_event events[MOCK_EVENTS_MAX];
    unsigned first_event, event_count;
    char *paths[MOCK_PATHS_MAX]; // XrPath = index + 1
    unsigned path_count;
};

struct mock_session {
    struct mock_object object;
    struct mock_instance *instance;
    struct mock_gpu gpu;
    XrSessionState state;
    bool running, exiting, actions_attached;
    XrViewConfigurationType views;
    // The frame loop: counts of successful calls. waited >= begun >= ended, except for discarded frames.
    unsigned waited, begun, ended;
    bool in_frame;
    XrTime start, last_wake; // of pacing
    XrTime predicted[4];     // display times of the latest waits
};

struct mock_space {
    struct mock_object object;
    XrPosef pose;
};

struct mock_image {
    struct mock_gpu_image gpu;
    bool used;        // had a layout before
    bool released;    // now, and not acquired again
    uint8_t *content; // at release
};

struct mock_swapchain {
    struct mock_object object;
    struct mock_session *session;
    bool claimed;
    XrSwapchainCreateInfo info; // next is NULL
    size_t slice_size;          // bytes; 0 = not read
    uint32_t slices;
    unsigned image_count;
    struct mock_image images[MOCK_IMAGES];
    unsigned acquires, waits, releases; // image = (count - 1) % image_count
};

// objects.c
void *mock_object_new(enum mock_kind kind, size_t size, void *parent, void (*destroy)(struct mock_object *));
void *mock_object_find(uint64_t handle, enum mock_kind kind);
void *mock_object_next(const void *previous, enum mock_kind kind); // NULL begins
void mock_object_destroy(void *object);                            // and its children first

#define MOCK_FIND(type, kind, handle) ((struct type *)mock_object_find((uint64_t)(handle), kind))

// calls.c: every function begins with MOCK_ENTER, which counts the call, injects faults, and takes the lock until the
// function returns.
#define MOCK_ENTER(function)                                                                                           \
    __attribute__((cleanup(mock_leave))) int mock_lock = mock_enter();                                                 \
    const XrResult mock_injected = mock_count(function);                                                               \
    (void)mock_lock;                                                                                                   \
    if (mock_injected != XR_SUCCESS)                                                                                   \
    return mock_injected

int mock_enter(void);
void mock_leave(int *unused);
// For waiting with the lock given up meanwhile.
void mock_wait_for_change(XrTime until);
void mock_tell_change(void);
XrResult mock_count(const char *function);
void mock_forget_calls(void);
void mock_forget_submissions(void); // watch.c
void mock_forget_actions(void);     // actions.c
void mock_forget_session_actions(const struct mock_session *session);
// "xrEndFrame:5:XR_ERROR_SESSION_LOST"; false if it is none.
bool mock_parse_fault(const char *text, struct mock_fault *out_fault);

// violations.c: notes a violation and returns `result`.
XrResult mock_violation(XrResult result, const char *format, ...) __attribute__((format(printf, 2, 3)));
void mock_write_report(void);

// options.c: settings from the environment, for the runtime as a library of its own.
void mock_read_environment(void);
struct mock_options {
    char report[512];
    char dump_folder[512];
    unsigned dump_frames[64];
    unsigned dump_count;
};
extern struct mock_options mock_options;

// instance.c
XrResult mock_enumerate_strings(uint32_t capacity, uint32_t *count, char *buffer, const char *text);
bool mock_is_enabled(const struct mock_instance *instance, const char *extension);
void mock_push_state(struct mock_session *session, XrSessionState state);
bool mock_view_count(XrViewConfigurationType views, uint32_t *out_count);

// names.c
bool mock_find_result(const char *name, XrResult *out_result);

// session.c: a live session that was not lost, or NULL with the result to return.
struct mock_session *mock_find_session(XrSession handle, const char *function, XrResult *out_result);
void mock_ask_to_exit(struct mock_session *session);
XrTime mock_now(void);

// check_frame.c
XrResult mock_check_frame(struct mock_session *session, const XrFrameEndInfo *info);

// record.c
void mock_record_frame(const XrFrameEndInfo *info, XrResult result);
void mock_forget_frame(void);
extern unsigned mock_frames, mock_missed;

// swapchain_images.c
XrResult mock_check_usage(struct mock_session *session, const XrSwapchainCreateInfo *info);
bool mock_make_images(struct mock_swapchain *swapchain);
void mock_free_images(struct mock_swapchain *swapchain);
// Compares the contents of all released images of a session with those at their release.
void mock_check_released(struct mock_session *session, struct mock_swapchain *only, const char *when);
void mock_prepare_acquired(struct mock_swapchain *swapchain, unsigned index);
void mock_take_released(struct mock_swapchain *swapchain, unsigned index);

// dump.c
void mock_dump_frame(const struct mock_frame *frame, unsigned number);

// dispatch.c lists every function.
#define MOCK_FUNCTION(name) XRAPI_ATTR XrResult XRAPI_CALL mock_##name

#endif
