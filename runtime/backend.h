// SPDX-License-Identifier: Apache-2.0
// What an engine runs on. engine.c has checked all arguments, holds the references to network and style for as long as
// the backend uses them, and calls submit and set_style only when no frame is in flight.
#ifndef ARTEM_BACKEND_H
#define ARTEM_BACKEND_H

#include "artem/engine.h"
#include "step.h"

struct artem_device_report;
struct artem_pass;

struct artem_backend_ops {
    const char *name;
    bool takes_buffers; // views may name buffers of the device
    enum artem_result (*create)(const struct artem_engine_params *params, void **out_backend);
    // Keeps the style it had on failure.
    enum artem_result (*set_style)(void *backend, const struct artem_style *style);
    enum artem_result (*submit)(void *backend, const struct artem_engine_frame *frame);
    enum artem_result (*wait)(void *backend, uint64_t timeout_ns); // ARTEM_TIMEOUT: still in flight
    // The other half of a frame that was halved, or nothing of it any more. NULL: frames are whole.
    enum artem_result (*advance)(void *backend, bool *out_any);
    void (*abandon)(void *backend);
    // After a detached frame that was waited for: the queue may use its buffers. NULL: it always may.
    enum artem_result (*rejoin)(void *backend);
    // Buffers of the device with these serials are about to go. NULL: nothing is to be done.
    bool (*release_buffers)(void *backend, const uint64_t *serials, uint32_t count);
    // Instead of submit, and waited for like a frame; pictures are memory. NULL: it paints whole frames only. Frames
    // and steps of one backend do not mix.
    enum artem_result (*submit_step)(void *backend, const struct step *step);
    bool (*is_beside)(const void *backend); // NULL: it is not; artem_engine_is_beside
    void (*stats)(const void *backend, struct artem_engine_stats *out_stats);
    uint32_t (*passes)(void *backend, struct artem_pass *out_passes); // NULL: it has none
    // NULL: it is one device. At most ARTEM_DEVICES_MAX; returns how many.
    uint32_t (*devices)(const void *backend, struct artem_device_report *out_reports);
    void (*destroy)(void *backend); // waits for a frame in flight
};

extern const struct artem_backend_ops artem_backend_cpu;
extern const struct artem_backend_ops artem_backend_cuda;
extern const struct artem_backend_ops artem_backend_multi;
extern const struct artem_backend_ops artem_backend_vulkan;

#endif
