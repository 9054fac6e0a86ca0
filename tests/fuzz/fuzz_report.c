// SPDX-License-Identifier: Apache-2.0
// Logs of frames, CSV and JSON Lines, as `artem report` reads them, and what comes out.
#include "fuzz.h"
#include "report.h"

static FILE *nowhere;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    nowhere = fopen("/dev/null", "w");
    FUZZ_REQUIRE(nowhere != NULL && freopen("/dev/null", "w", stdout) != NULL);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_file file = fuzz_make_file(data, size);
    struct report_numbers numbers;
    struct report_log log;

    if (report_log_read(file.path, &log)) {
        FUZZ_REQUIRE(log.count > 0 && report_count(&log, &numbers) && numbers.frames == log.count);
        report_print_json("artem report", &log, &numbers, NULL);
        FUZZ_REQUIRE(report_write_page(nowhere, "log", &log, &numbers, NULL));
        report_log_free(&log);
    }
    fuzz_forget_file(&file);
    return 0;
}
