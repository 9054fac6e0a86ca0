// SPDX-License-Identifier: Apache-2.0
// The ring of another process, which may write anything into it: the input changes a sound one. Read, and summarised as
// `artem top` does.
#include <fcntl.h>
#include <string.h>

#include "fuzz.h"
#include "ring_format.h"
#include "watch.h"

void __wrap_artem_ring_list(int (*fn)(void *user, struct artem_ring_view *view), void *user);

static struct ring_memory sound;
static struct artem_ring_view *latest;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct artem_frame_record record;

    (void)argc, (void)argv;
    artem_frame_record_init(&record);
    sound.magic = RING_MAGIC;
    sound.version = RING_VERSION;
    sound.slot_size = sizeof sound.slots[0];
    sound.size = sizeof sound;
    sound.total = 6;
    strcpy(sound.about.app, "app");
    for (int i = 0; i < 6; i++) {
        sound.slots[i].serial = (uint64_t)i + 1;
        sound.slots[i].frame = (struct artem_ring_frame){.time_ns = INT64_MAX - 6 + i, .record = record};
    }
    return 0;
}

// Instead of a search through all processes.
void __wrap_artem_ring_list(int (*fn)(void *user, struct artem_ring_view *view), void *user)
{
    fn(user, latest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ring_memory memory;
    static struct watch_session sessions[WATCH_SESSIONS_MAX];
    struct fuzz_input in = {data, size};

    memory = sound;
    fuzz_patch(&in, (uint8_t *)&memory, sizeof memory);
    struct fuzz_file file = fuzz_make_file(&memory, sizeof memory);
    FUZZ_REQUIRE(fcntl(file.fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
    latest = ring_open(file.path);
    fuzz_forget_file(&file);
    if (latest != NULL) {
        FUZZ_REQUIRE(watch_sessions(sessions) == 1); // closes it
        FUZZ_REQUIRE(memchr(sessions[0].about.app, '\0', sizeof sessions[0].about.app) != NULL);
        FUZZ_REQUIRE(memchr(sessions[0].latest.style, '\0', sizeof sessions[0].latest.style) != NULL);
        FUZZ_REQUIRE(watch_state(&sessions[0]) != NULL);
    }
    return 0;
}
