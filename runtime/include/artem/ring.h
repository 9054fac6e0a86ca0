// SPDX-License-Identifier: Apache-2.0
// The latest frames of a session for whoever wants to look at it live (`artem top`): a ring of records in a memfd that
// is sealed, so that it can neither shrink under the app nor be written by anyone else. Readers find it among the open
// files of the user's processes; nothing is left behind when the app ends, however it ends.
#ifndef ARTEM_RING_H
#define ARTEM_RING_H

#include "artem/stats.h"

enum { ARTEM_RING_RECORDS = 512, ARTEM_RING_TEXT = 128 };

// What does not change with every frame. Readers get a copy.
struct artem_ring_about {
    uint32_t pid;       // of the app
    int64_t started_ns; // CLOCK_MONOTONIC
    char app[ARTEM_RING_TEXT], executable[ARTEM_RING_TEXT];
    char layer_version[32], backend[16];
};

// One frame. `paused`: the governor shows originals.
struct artem_ring_frame {
    int64_t time_ns; // CLOCK_MONOTONIC, when it was added
    struct artem_frame_record record;
    bool paused;
};

// ---- The app's side. One thread at a time. ----

struct artem_ring;

// NULL where the system has no sealed memory files, which is no error. The texts are cut to their fields.
struct artem_ring *artem_ring_create(const char *app, const char *executable, const char *layer_version);
void artem_ring_set_backend(struct artem_ring *ring, const char *backend);
// Never blocks, never allocates. NULL-safe, like all of these.
void artem_ring_add(struct artem_ring *ring, const struct artem_frame_record *record, bool paused);
void artem_ring_destroy(struct artem_ring **ring);

// ---- The reader's side. ----

struct artem_ring_view;

// Calls fn for each session of the user's processes that can be looked at, until it returns non-zero; fn may keep the
// view, and closes it either way.
void artem_ring_list(int (*fn)(void *user, struct artem_ring_view *view), void *user);
void artem_ring_about(const struct artem_ring_view *view, struct artem_ring_about *out_about);
// Copies the latest frames, oldest first; returns how many. *out_total: frames since the session began.
uint32_t artem_ring_read(const struct artem_ring_view *view, struct artem_ring_frame frames[ARTEM_RING_RECORDS],
                         uint64_t *out_total);
void artem_ring_close(struct artem_ring_view **view);

#endif
