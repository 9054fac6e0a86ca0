// SPDX-License-Identifier: Apache-2.0
// A thread that looks after the app's queue while that waits for another API. A frame that is lost there never signals
// the semaphore, and an app that waits for its own work behind it, as most do before the next frame, would never come
// back to where the layer could signal it: this thread does. It sleeps while frames end in time, and wakes up ten times
// a second at most.
#ifndef ARTEM_BACKEND_SHARE_WATCH_H
#define ARTEM_BACKEND_SHARE_WATCH_H

#include "artem_vk/device.h"
#include "backend_share.h"

struct share_watch;

// Timeline semaphores: the peer begins a frame when `ready` has its value, and then gives it to `done`. They must
// outlive the watch, as must the others.
enum artem_result share_watch_create(const struct vulkan_device *device, const struct share_peer *peer,
                                     VkSemaphore ready, VkSemaphore done, struct share_watch **out_watch);
// Joins the thread. Clears *watch; NULL-safe.
void share_watch_destroy(struct share_watch **watch);

// The peer has accepted a frame that ends with this value, and the queue is about to wait for it. Values rise.
void share_watch_frame(struct share_watch *watch, uint64_t value);
// The latest frame has ended: the thread leaves the device alone until the next one.
void share_watch_end(struct share_watch *watch);
// Signals the latest value where the peer has not. From then on no frame may be submitted: its signals would be less.
void share_watch_give_up(struct share_watch *watch);
// Whether that was done, by the thread or by others.
bool share_watch_gave_up(struct share_watch *watch);

#endif
