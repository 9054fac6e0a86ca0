// SPDX-License-Identifier: Apache-2.0
// Recordings: the input as it is, and with the checksum of every chunk mended. Frames of small pictures are replayed.
#include <string.h>

#include "artem/recording.h"
#include "crc32_long.h"
#include "fuzz.h"
#include "recording_format.h"
#include "replay.h"

enum { REPLAY_PIXELS_MAX = 1 << 10 };

static struct artem_engine *engine;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct artem_network *network;
    struct artem_style *style;

    (void)argc, (void)argv;
    FUZZ_REQUIRE(artem_network_load(ARTEM_MODELS_DIR "/artem.artnet", &network) == ARTEM_OK);
    FUZZ_REQUIRE(artem_style_load(ARTEM_MODELS_DIR "/great_wave.artstyle", &style) == ARTEM_OK);
    const struct artem_engine_params params = {.backend = "cpu", .threads = 1, .network = network};
    FUZZ_REQUIRE(artem_engine_create(&params, &engine) == ARTEM_OK);
    FUZZ_REQUIRE(artem_engine_set_style(engine, style) == ARTEM_OK);
    artem_style_unref(&style);
    artem_network_unref(&network);
    return 0;
}

static void use_frame(struct replay *replay, const struct artem_recorded_frame *frame)
{
    size_t pixels = 0;
    unsigned sum = 0;

    FUZZ_REQUIRE(frame->pictures >= 1 && frame->pictures <= ARTEM_MAX_VIEWS);
    for (uint32_t i = 0; i < frame->pictures; i++) {
        const struct artem_recorded_picture *p = &frame->picture[i];

        for (size_t b = 0; b < p->stored_stride * p->height; b++)
            sum += ((const uint8_t *)p->stored)[b] + (p->result != NULL ? ((const uint8_t *)p->result)[b] : 0u);
        pixels += (size_t)p->width * p->height;
    }
    if (pixels <= REPLAY_PIXELS_MAX && sum != UINT32_MAX)
        replay_frame(replay, frame);
}

static void read_all(const uint8_t *data, size_t size)
{
    struct fuzz_file file = fuzz_make_file(data, size);
    struct artem_recording_reader *reader = NULL;
    struct artem_recording_chunk chunk;
    struct replay replay = {.engine = engine};
    enum artem_result result;
    char error[256] = "";
    unsigned chunks = 0;

    if (artem_recording_open(file.path, &reader, error, sizeof error) != ARTEM_OK) {
        FUZZ_REQUIRE(reader == NULL && error[0] != '\0');
    } else {
        while ((result = artem_recording_next(reader, &chunk)) == ARTEM_OK) {
            if (chunk.kind == ARTEM_CHUNK_FRAME)
                use_frame(&replay, &chunk.u.frame);
            FUZZ_REQUIRE(++chunks <= size / (REC_HEAD_SIZE + REC_CRC_SIZE));
        }
        FUZZ_REQUIRE(artem_recording_next(reader, &chunk) == result);
        FUZZ_REQUIRE(result == ARTEM_ERROR_NOT_FOUND || artem_recording_error(reader)[0] != '\0');
    }
    replay_free(&replay);
    artem_recording_close(&reader);
    fuzz_forget_file(&file);
}

static void mend_checksums(uint8_t *data, size_t size)
{
    for (size_t at = REC_START; size - at >= REC_HEAD_SIZE + REC_CRC_SIZE;) {
        const uint64_t payload = rec_get64(data + at + 4);

        if (payload > size - at - REC_HEAD_SIZE - REC_CRC_SIZE)
            return;
        const size_t end = at + REC_HEAD_SIZE + (size_t)payload;
        rec_put32(data + end, artem_crc32_more(0, data + at, end - at));
        at = end + REC_CRC_SIZE;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);

    read_all(data, size);
    if (size > REC_START) {
        mend_checksums(copy, size);
        read_all(copy, size);
    }
    free(copy);
    return 0;
}
