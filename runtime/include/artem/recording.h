// SPDX-License-Identifier: Apache-2.0
// A recording of a session: every picture that the engine was given, as the app stored it, and what was made of it, so
// that `artem replay` gives the same bytes again. The byte layout is in docs/recording-format.md.
//
// The engine's statistics carry over from frame to frame, so a recording holds EVERY engine run from a restart of the
// statistics on, in order. To start one: wait until the engine is idle, artem_recording_create, artem_engine_set_style
// (which restarts the statistics), artem_recording_style. Again artem_recording_style after each later
// artem_engine_set_style.
#ifndef ARTEM_RECORDING_H
#define ARTEM_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/engine.h"
#include "artem/model.h"
#include "artem/result.h"
#include "artem/stats.h"

#define ARTEM_RECORDING_FILE "session.artrec"

// ---- Writing ----

struct artem_recording; // opaque; owns a writer thread

struct artem_recording_params {
    const char *folder;        // made with mode 0700 if it does not exist; its parent must exist
    const char *app_name;      // may be NULL
    const char *layer_version; // may be NULL
    const char *backend;       // of the engine, may be NULL
    uint32_t network_id;       // artem_network.id: CRC-32 of the network's content
    uint32_t max_frames;       // ends after this many engine runs; 0 = no limit
    size_t queue_bytes;        // memory for what the disk has not taken yet; 0 = 256 MiB
};

// One picture of an engine run. The pointers are only read during the call.
struct artem_recorded_picture {
    uint32_t view;          // the caller's number of it, for messages: view index, plus 100 per projection layer
    uint32_t format;        // enum artem_pixel_format
    bool premultiplied;     // as in struct artem_pixels
    int32_t x, y;           // rect in the app's image, pixels
    uint32_t width, height; // 4 x 4 to 2^24 pixels in all
    uint32_t style_width, style_height; // as the engine was given them
    struct artem_noise_map noise;
    const void *stored;   // the rect as the app stored it
    size_t stored_stride; // bytes
    const void *result;   // the rect as handed to the compositor; NULL if there is none (not styled)
    size_t result_stride;
};

// One engine run: all pictures of its batch, in the batch's order.
struct artem_recorded_frame {
    uint64_t frame;               // number of xrEndFrame
    int64_t display_time;         // XrTime, ns
    enum artem_decision decision; // STYLED has a result in every picture, all others (LATE, ERROR) in none
    uint32_t strength, keep, text; // 0..256
    uint32_t resolution;          // artem_engine_frame.resolution
    uint32_t pictures;            // 1..ARTEM_MAX_VIEWS
    struct artem_recorded_picture picture[ARTEM_MAX_VIEWS];
};

// Makes the folder and the file ARTEM_RECORDING_FILE (mode 0600) in it. Refuses, with one log line: a folder that is a
// symbolic link, is not the user's own or can be written by others (ARTEM_ERROR_UNSUPPORTED); a recording that is there
// already (ARTEM_ERROR_ARGUMENT); anything the system refuses (ARTEM_ERROR_IO).
enum artem_result artem_recording_create(const struct artem_recording_params *params, struct artem_recording **out);

// The functions below may be called from any thread, also at the same time (a mutex orders them), and only copy: the
// disk is never waited for. Each does nothing when the recording is NULL or has ended. A recording ends by itself, with
// a log line and an END chunk that says why, after max_frames engine runs, when the disk is so slow that the queue is
// full or memory is short (a missing engine run would make every later frame differ), and on a write error.

// The engine's statistics have just restarted with this style.
void artem_recording_style(struct artem_recording *recording, const struct artem_style *style);
// One engine run. Call in the order of artem_engine_submit. A run without a style before it ends the recording.
void artem_recording_frame(struct artem_recording *recording, const struct artem_recorded_frame *frame);
// A frame without an engine run.
void artem_recording_event(struct artem_recording *recording, uint64_t frame, int64_t display_time,
                           enum artem_decision decision);
// Ends it, e.g. because the engine reported an error, so that its statistics are unknown, or the setting was changed.
void artem_recording_end(struct artem_recording *recording, const char *reason);
// False once it has ended: then no picture needs to be read back for it.
bool artem_recording_is_open(struct artem_recording *recording);
// Whether all is written after its end: then artem_recording_destroy does not wait.
bool artem_recording_is_written(const struct artem_recording *recording);
// Ends it ("session ended") if it has not, waits until all is written, joins the thread, frees, clears. NULL-safe.
void artem_recording_destroy(struct artem_recording **recording);

// ---- Reading ----

struct artem_recording_reader; // opaque; used from one thread at a time

enum artem_chunk_kind {
    ARTEM_CHUNK_HEADER, // always the first
    ARTEM_CHUNK_STYLE,
    ARTEM_CHUNK_FRAME,
    ARTEM_CHUNK_EVENT,
    ARTEM_CHUNK_END, // always the last
};

struct artem_recording_header {
    char app_name[128], layer_version[32], backend[16];
    uint32_t network_id, max_frames;
};

struct artem_recorded_style {
    char name[ARTEM_NAME_MAX];
    uint32_t checksum;               // artem_style.checksum
    char blend_name[ARTEM_NAME_MAX]; // "" if nothing is blended in
    uint32_t blend_checksum, blend_weight;
};

struct artem_recording_chunk {
    enum artem_chunk_kind kind;
    uint64_t index, offset; // number of the chunk, from 0, and where it begins in the file
    union {
        struct artem_recording_header header;
        struct artem_recorded_style style;
        struct artem_recorded_frame frame; // rows packed; valid until the next call for the reader
        struct {
            uint64_t frame;
            int64_t display_time;
            enum artem_decision decision;
        } event;
        struct {
            uint64_t frames; // engine runs in the recording
            char reason[128];
        } end;
    } u;
};

// path: the folder or the file. On failure error says what is wrong: ARTEM_ERROR_IO, ARTEM_ERROR_FORMAT (not a
// recording), ARTEM_ERROR_VERSION (of a newer version), ARTEM_ERROR_MEMORY.
enum artem_result artem_recording_open(const char *path, struct artem_recording_reader **out_reader, char *error,
                                       size_t error_size);

// The next chunk. Everything is checked before it is used: checksum, sizes (before anything of that size is allocated),
// order of the chunks, ranges that the engine and the kernels need. After ARTEM_CHUNK_END: ARTEM_ERROR_NOT_FOUND.
// ARTEM_ERROR_FORMAT, ARTEM_ERROR_IO or ARTEM_ERROR_MEMORY: artem_recording_error says which chunk at which byte, and
// every further call fails the same way.
enum artem_result artem_recording_next(struct artem_recording_reader *reader, struct artem_recording_chunk *out_chunk);
const char *artem_recording_error(const struct artem_recording_reader *reader);
void artem_recording_close(struct artem_recording_reader **reader); // NULL-safe

#endif
