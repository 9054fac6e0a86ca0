// SPDX-License-Identifier: Apache-2.0
// The network file: the input as it is, and as changes to the shipped network with its checksums mended.

#include "artem/model.h"
#include "crc32.h"
#include "fuzz.h"

static uint8_t *shipped;
static size_t shipped_size;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    shipped = fuzz_read_file(ARTEM_MODELS_DIR "/artem.artnet", &shipped_size);
    return 0;
}

static void parse(const uint8_t *data, size_t size)
{
    struct artem_network *network = NULL;

    if (artem_network_parse(data, size, "input", &network) != ARTEM_OK) {
        FUZZ_REQUIRE(network == NULL);
        return;
    }
    FUZZ_REQUIRE(network->adapt <= 16 && network->enc_shift <= 15);
    for (size_t i = 0; i < ARTEM_CHANNELS * 9 * ARTEM_ENC_IN; i++)
        FUZZ_REQUIRE(network->enc_weights[i] >= -64 && network->enc_weights[i] <= 64);
    artem_network_unref(&network);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    const uint8_t what = fuzz_take8(&in);
    const size_t left_out = what & 1 ? fuzz_take32(&in) % (shipped_size + 1) : 0;
    const size_t kept = shipped_size - left_out;
    uint8_t *copy = fuzz_copy(shipped, kept);

    parse(data, size);
    fuzz_patch(&in, copy, kept);
    if (kept >= 28) {
        if (what & 2)
            fuzz_put32(copy + 20, (uint32_t)kept);
        fuzz_put32(copy + 24, artem_crc32(copy + 28, kept - 28));
        fuzz_put32(copy + 8, artem_crc32(copy + 12, kept - 12));
    }
    parse(copy, kept);
    free(copy);
    return 0;
}
