// SPDX-License-Identifier: Apache-2.0
// A thread that looks after the app's queue while that waits for CUDA. A frame that CUDA loses never signals the
// semaphore, and an app that waits for its own work behind it, as most do before the next frame, would never come back
// to where the layer could signal it: this thread does. It sleeps while frames end in time, and wakes up ten times a
// second at most.
#ifndef ARTEM_BACKEND_CUDA_WATCH_H
#define ARTEM_BACKEND_CUDA_WATCH_H

#include "artem_vk/device.h"
#include "cuda_api.h"

struct cuda_watch;

// Timeline semaphores: CUDA begins a frame when `ready` has its value, and then gives it to `done`. They must outlive
// the watch, as must the others.
enum artem_result cuda_watch_create(const struct vulkan_device *device, const struct artem_cuda_api *api,
                                    struct artem_cuda *cuda, VkSemaphore ready, VkSemaphore done,
                                    struct cuda_watch **out_watch);
// Joins the thread. Clears *watch; NULL-safe.
void cuda_watch_destroy(struct cuda_watch **watch);

// CUDA has accepted a frame that ends with this value, and the queue is about to wait for it. Values rise.
void cuda_watch_frame(struct cuda_watch *watch, uint64_t value);
// The latest frame has ended: the thread leaves the device alone until the next one.
void cuda_watch_end(struct cuda_watch *watch);
// Signals the latest value where CUDA has not. From then on no frame may be submitted: CUDA's signals would be less.
void cuda_watch_give_up(struct cuda_watch *watch);
// Whether that was done, by the thread or by others.
bool cuda_watch_gave_up(struct cuda_watch *watch);

#endif
