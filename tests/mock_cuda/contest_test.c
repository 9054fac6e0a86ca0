// SPDX-License-Identifier: Apache-2.0
// Which of the forms that a chip has is used: the fastest there, and none that the compiler was too old for.
#include <time.h>

#include "cuda_fixture.h"
#include "kernels/cuda/layout.h"

static const char *slow;
static char unit[64]; // the latest kernel of a unit

static void delay(const char *kernel, const void *arguments)
{
    const struct artem_cuda_args *args = arguments;

    if (strstr(kernel, "unit_") == NULL)
        return;
    snprintf(unit, sizeof unit, "%s", kernel);
    if (args->shape.cells > 1000 && strcmp(kernel, slow) == 0) // where forms are timed
        nanosleep(&(struct timespec){1, 0}, NULL);
}

int main(void)
{
    static const struct {
        int capability;
        const char *slow, *missing, *expected;
    } cases[] = {
        {90, "artem_cuda_unit_wgmma", "", "artem_cuda_unit_and"},
        {120, "artem_cuda_unit_fp4", "", "artem_cuda_unit_int8"},
        {120, "artem_cuda_unit_popcount", "artem_cuda_unit_fp4", "artem_cuda_unit_int8"},
        {120, "artem_cuda_unit_int8", "artem_cuda_unit_fp4", "artem_cuda_unit_popcount"},
    };
    struct artem_network *network;
    struct artem_style *style;

    if (!mock_open() || real)
        return TEST_SKIPPED;
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    struct pictures p = pictures_alloc(8, 8, 1);
    pictures_fill(&p, NOISE);
    mock->corrupt = delay;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct artem_engine_stats stats;
        mock->capability = cases[i].capability;
        slow = cases[i].slow;
        snprintf(mock->missing, sizeof mock->missing, "%s", cases[i].missing);
        struct artem_engine *cuda = cuda_make(network, style);
        artem_engine_get_stats(cuda, &stats);
        CHECK(stats.memory_bytes < 1 << 20); // what forms were timed with is not kept
        unit[0] = '\0';
        engine_run(cuda, &p);
        CHECK_STR(unit, cases[i].expected);
        artem_engine_destroy(&cuda);
        mock_check_empty();
    }
    pictures_free(&p);
    artem_style_unref(&style);
    artem_network_unref(&network);
    return test_result();
}
