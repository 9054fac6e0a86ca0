// SPDX-License-Identifier: Apache-2.0
// Monado's metrics, as `artem report --monado` reads them, and what comes of joining them with a log.
#include "fuzz.h"
#include "monado.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct artem_frame_record frames[3];
    const struct report_log log = {.frames = frames, .count = 3};
    struct fuzz_file file = fuzz_make_file(data, size);
    struct monado_numbers numbers;
    struct monado_log monado;

    for (int i = 0; i < 3; i++) {
        artem_frame_record_init(&frames[i]);
        frames[i].display_time = 50000000 * (int64_t)i;
        frames[i].slack_ms = 1 - i;
    }
    if (monado_read(file.path, &monado)) {
        FUZZ_REQUIRE(monado_join(&log, &monado, &numbers));
        FUZZ_REQUIRE(numbers.joined <= log.count && numbers.timed <= numbers.joined && numbers.frames == monado.count);
        monado_free(&monado);
    }
    fuzz_forget_file(&file);
    return 0;
}
