// SPDX-License-Identifier: Apache-2.0
// Between libartem and libartem-cuda.so, the CUDA backend's own shared object, which is opened only where that backend
// is wanted: processes without it never see a CUDA library. The object knows CUDA and no Vulkan; libartem
// (backend_cuda.c) knows Vulkan and no CUDA.
//
// One engine is used from one thread at a time; different ones are independent.
#ifndef ARTEM_CUDA_API_H
#define ARTEM_CUDA_API_H

#include "artem/cuda.h"
#include "artem/engine.h"
#include "artem/log.h"
#include "backend.h"

// Raised whenever anything here, in backend.h, engine.h or model.h changes.
#define ARTEM_CUDA_ABI 5
#define ARTEM_CUDA_ENTRY "artem_cuda_get_api"
#define ARTEM_CUDA_LIBRARY "libartem-cuda.so"

struct artem_cuda;        // an engine on one device
struct artem_cuda_buffer; // memory of someone else on that device

// What the object gets from libartem. Valid as long as the object is loaded.
struct artem_cuda_host {
    void (*log)(enum artem_log_level level, const char *text);
    const struct artem_backend_ops *reference; // that its kernels are compared with when an engine is made
};

struct artem_cuda_params {
    const struct artem_network *network; // must outlive the engine
    const uint8_t *uuid;                 // of the device; NULL: the first one of the name below
    const char *device_name;             // a part of its name; NULL: any
    uint32_t index;                      // leaves out so many of those, in the driver's order: the fastest first
    enum artem_log_level level;          // of the line that tells why there is no engine
};

// Timeline values that the frame waits for and ends with; binary semaphores have none.
struct artem_cuda_sync {
    uint64_t ready, done;
};

struct artem_cuda_api {
    uint32_t abi; // ARTEM_CUDA_ABI; nothing below is looked at where it differs

    // Whether there is a driver with a device of that UUID (NULL: any) that the kernels run on. Opens the driver.
    // out_info may be NULL; with ARTEM_ERROR_UNSUPPORTED, `why` says what is missing.
    enum artem_result (*probe)(const struct artem_cuda_params *params, struct artem_cuda_info *out_info, char *why,
                               size_t why_size);

    enum artem_result (*create)(const struct artem_cuda_host *host, const struct artem_cuda_params *params,
                                struct artem_cuda **out_cuda);
    // Waits for a frame in flight; what the device does not finish is left alone.
    void (*destroy)(struct artem_cuda *cuda);
    void (*info)(const struct artem_cuda *cuda, struct artem_cuda_info *out_info);
    enum artem_result (*set_style)(struct artem_cuda *cuda, const struct artem_style *style);

    // Memory exported as an opaque file descriptor, which is taken over whatever happens. `allocated`: the size of the
    // allocation, of which the buffer is the beginning.
    enum artem_result (*import_buffer)(struct artem_cuda *cuda, int fd, uint64_t allocated, bool dedicated,
                                       struct artem_cuda_buffer **out_buffer);
    // Waits for a frame in flight.
    void (*release_buffer)(struct artem_cuda *cuda, struct artem_cuda_buffer *buffer);
    // The semaphores that frames with `sync` wait for and signal; once per engine. Both are taken over.
    enum artem_result (*import_semaphores)(struct artem_cuda *cuda, int ready_fd, int done_fd, bool timeline);

    // As artem_backend_ops, but that in_buffer and out_buffer of the views are struct artem_cuda_buffer pointers. With
    // `sync` the frame waits for the one semaphore before it reads or writes pictures, and signals the other after
    // them. After a failure it is not known which of the two was used up.
    enum artem_result (*submit)(struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                                const struct artem_cuda_sync *sync);
    // As artem_backend_ops: instead of submit.
    enum artem_result (*submit_step)(struct artem_cuda *cuda, const struct step *step);
    enum artem_result (*wait)(struct artem_cuda *cuda, uint64_t timeout_ns);
    // Whether what was launched last has come to an error. Also from another thread than the engine's, while it lives.
    bool (*has_failed)(struct artem_cuda *cuda);
    // Before an engine and its buffers go: waits a second for what is in flight. False if it does not end: nothing
    // that it uses will be freed, whatever is asked afterwards.
    bool (*finish)(struct artem_cuda *cuda);
    void (*stats)(const struct artem_cuda *cuda, struct artem_engine_stats *out_stats);
    // The first call asks for them: later frames have times.
    uint32_t (*passes)(struct artem_cuda *cuda, struct artem_pass *out_passes);
};

typedef const struct artem_cuda_api *(*pfn_artem_cuda_get_api)(void);

#endif
