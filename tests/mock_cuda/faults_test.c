// SPDX-License-Identifier: Apache-2.0
// The CUDA backend when the driver fails: every call that can fail is made to, once each, at creation and in frames;
// devices are lost; drivers are missing, old or incomplete; kernels compute nonsense. The engine says so, gives
// everything back, and paints on where that is possible.
#include "artem/cuda.h"
#include "artem/log.h"
#include "cuda_fixture.h"
#include "kernels/cuda/layout.h"

static struct artem_network *network;
static struct artem_style *style;

static void test_creation(void)
{
    struct artem_engine *engine = NULL;
    int at = 1;

    for (;; at++) {
        mock_reset(at);
        const enum artem_result result = cuda_try(network, &engine);
        if (atomic_load(&mock->calls) < at)
            break;
        if (result == ARTEM_OK) { // only a time was not to be had
            artem_engine_destroy(&engine);
        } else {
            CHECK(result == ARTEM_ERROR_MEMORY || result == ARTEM_ERROR_DEVICE || result == ARTEM_ERROR_UNSUPPORTED);
            CHECK(engine == NULL);
        }
        mock_check_empty();
    }
    CHECK(at > 60); // or nothing was tested
    artem_engine_destroy(&engine);
    mock_check_empty();
}

// A frame in which call `at` fails, and what follows. Returns false when there are no more calls.
static bool fail_frame(struct artem_engine **engine, struct artem_engine *cpu, uint32_t width, uint32_t height, int at)
{
    struct pictures p = pictures_alloc(width, height, 2);
    pictures_fill(&p, NOISE);
    struct pictures expected = pictures_twin(&p);
    bool any = true;

    mock_reset(at);
    enum artem_result result = artem_engine_submit(*engine, &p.frame);
    if (result == ARTEM_OK)
        result = artem_engine_wait(*engine, UINT64_MAX);
    any = atomic_load(&mock->calls) >= at;
    mock_reset(0);
    if (result != ARTEM_OK) {
        CHECK(any);
        CHECK(result == ARTEM_ERROR_MEMORY || result == ARTEM_ERROR_DEVICE);
    }
    // A new start, and the same frame is painted as ever; but a device that did not say how a frame ended is lost.
    if (artem_engine_set_style(*engine, style) != ARTEM_OK) {
        CHECK(any);
        artem_engine_destroy(engine);
        mock_check_empty();
        *engine = cuda_make(network, style);
    }
    CHECK_INT(artem_engine_set_style(cpu, style), ARTEM_OK);
    pictures_clear(&p);
    engine_run(*engine, &p);
    engine_run(cpu, &expected);
    pictures_compare("after a failure", &p, &expected);
    pictures_free(&p);
    pictures_free(&expected);
    return any;
}

// Each frame of another size than the four before it, so that all of it is recorded anew. Not each call of those that
// are like the one before, which would take minutes.
static void test_frames(void)
{
    struct artem_engine *engine = cuda_make(network, style);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
    int at = 1;

    for (int i = 0; fail_frame(&engine, cpu, 8, (uint32_t)(4 + i % 6 * 4), at); i++)
        at += at < 12 || at > 34 ? 1 : 5;
    CHECK(at > 40);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&cpu);
    mock_check_empty();
}

static void test_lost(void)
{
    struct pictures p = pictures_alloc(12, 8, 1);

    pictures_fill(&p, NOISE);
    for (int at = 1; at < 12; at += 2) {
        struct artem_engine *engine = cuda_make(network, style);
        mock_reset(0);
        mock->lose_at = at;
        enum artem_result result = artem_engine_submit(engine, &p.frame);
        if (result == ARTEM_OK)
            result = artem_engine_wait(engine, UINT64_MAX);
        if (atomic_load(&mock->calls) >= at)
            CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_DEVICE);
        artem_engine_destroy(&engine);
        mock_reset(0);
        mock_check_empty();
    }
    pictures_free(&p);
}

static void refuse(const char *expected, const uint8_t *uuid)
{
    struct artem_engine *engine = NULL;
    char why[512] = "";

    CHECK_INT(artem_cuda_probe(uuid, NULL, why, sizeof why), ARTEM_ERROR_UNSUPPORTED);
    if (strstr(why, expected) == NULL)
        TEST_FAIL("\"%s\" does not say \"%s\"", why, expected);
    if (uuid == NULL)
        CHECK_INT(cuda_try(network, &engine), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL);
    mock_check_empty();
}

static void test_drivers(void)
{
    const char *library = getenv("ARTEM_CUDA_LIBRARY");
    uint8_t uuid[ARTEM_CUDA_UUID_SIZE] = {0};
    struct artem_cuda_info info;
    char why[512], old[512];

    mock_reset(0);
    CHECK_INT(artem_cuda_probe(NULL, &info, why, sizeof why), ARTEM_OK);
    CHECK_STR(info.name, "Mock 0");
    CHECK_INT(info.capability, 90);
    CHECK_INT(info.driver, 13000);
    CHECK_INT(artem_cuda_probe(mock->uuid, NULL, why, sizeof why), ARTEM_OK);

    mock->driver_version = 11080;
    refuse("too old: it has CUDA 11.8, and 12.3 is needed", NULL);
    mock->driver_version = 12020;
    refuse("too old: it has CUDA 12.2, and 12.3 is needed", NULL); // by the kernels
    mock->driver_version = 13000;
    strcpy(mock->missing, "cuGraphInstantiateWithFlags");
    refuse("lacks cuGraphInstantiateWithFlags", NULL);
    mock->missing[0] = '\0';
    mock->devices = 0;
    refuse("CUDA does not start: CUDA_ERROR_NO_DEVICE", NULL);
    mock->devices = 1;
    mock->capability = 70;
    refuse("compute capability 7.0, and 7.5 is needed", NULL);
    mock->capability = 90;
    uuid[5] = 77;
    refuse("no CUDA device has the UUID", uuid);
    mock->devices = 2; // the second one has it
    memcpy(uuid, mock->uuid, sizeof uuid);
    uuid[0]++;
    CHECK_INT(artem_cuda_probe(uuid, &info, why, sizeof why), ARTEM_OK);
    CHECK_STR(info.name, "Mock 1");
    setenv("ARTEM_CUDA_DEVICE", "ock 1", 1);
    CHECK_INT(artem_cuda_probe(NULL, &info, why, sizeof why), ARTEM_OK);
    CHECK_STR(info.name, "Mock 1");
    setenv("ARTEM_CUDA_DEVICE", "GeForce", 1);
    refuse("no CUDA device of that name", NULL);
    unsetenv("ARTEM_CUDA_DEVICE");
    mock->first_capability = 61; // an old one hides none that is not
    CHECK_INT(artem_cuda_probe(NULL, &info, why, sizeof why), ARTEM_OK);
    CHECK_STR(info.name, "Mock 1");
    CHECK_INT(info.capability, 90);
    memcpy(uuid, mock->uuid, sizeof uuid);
    refuse("Mock 0 is too old (compute capability 6.1, and 7.5 is needed)", uuid);
    mock->first_capability = 0;
    mock->devices = 1;

    snprintf(old, sizeof old, "%s", library);
    setenv("ARTEM_CUDA_LIBRARY", "/nonexistent/libartem-cuda.so", 1);
    refuse("cannot be opened", NULL);
    setenv("ARTEM_CUDA_LIBRARY", "libm.so.6", 1);
    refuse("of another version", NULL);
    unsetenv("ARTEM_CUDA_LIBRARY");
    setenv("ARTEM_CUDA_LIBRARY", old, 1);
}

// The app captures a stream of its own into a graph meanwhile.
static void test_captures(void)
{
    struct pictures p = pictures_alloc(12, 8, 1);

    mock_reset(0);
    mock->captures = true;
    struct artem_engine *engine = cuda_make(network, style);
    pictures_fill(&p, NOISE);
    engine_run(engine, &p);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    engine_run(engine, &p);
    artem_engine_destroy(&engine);
    mock->captures = false;
    mock_check_empty();
    pictures_free(&p);
}

static void test_memory(void)
{
    struct artem_engine *engine = NULL;
    const uint64_t all = mock->memory;

    mock->memory = 200000;
    CHECK_INT(cuda_try(network, &engine), ARTEM_ERROR_MEMORY);
    CHECK(engine == NULL);
    mock_check_empty();
    mock->memory = all;

    // A frame too large leaves the engine as it was.
    engine = cuda_make(network, style);
    struct pictures small = pictures_alloc(12, 8, 1), large = pictures_alloc(512, 512, 1);
    pictures_fill(&small, NOISE);
    engine_run(engine, &small);
    struct pictures again = pictures_twin(&small);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    mock->memory = 1500000;
    CHECK_INT(artem_engine_submit(engine, &large.frame), ARTEM_ERROR_MEMORY);
    mock->memory = all;
    engine_run(engine, &again);
    pictures_compare("after a frame too large", &again, &small);
    artem_engine_destroy(&engine);
    pictures_free(&small);
    pictures_free(&again);
    pictures_free(&large);
    mock_check_empty();
}

// A form of the kernels that computes nonsense is not used; where none is left, neither is CUDA.
static const char *corrupted;
static char unit[64];              // the latest kernel of a unit
static bool left_wgmma, came_back; // another than unit_wgmma has run; it has run after that

static void corrupt(const char *kernel, const void *arguments)
{
    const struct artem_cuda_args *args = arguments;
    const uint64_t plane = ARTEM_CUDA_PLANE(args->shape.cells);
    const bool of_d0 = strstr(kernel, "d0") != NULL;
    uint8_t *tensor = (uint8_t *)(uintptr_t)(args->arena + plane * (of_d0 ? ARTEM_CUDA_INPUT : ARTEM_CUDA_STREAM));

    for (int i = 0; i < 64 && strstr(kernel, corrupted) != NULL; i++)
        tensor[i] = 0x40;
    if (strstr(kernel, "unit_") == NULL)
        return;
    snprintf(unit, sizeof unit, "%s", kernel);
    const bool by_wgmma = strcmp(kernel, "artem_cuda_unit_wgmma") == 0;
    came_back = came_back || (by_wgmma && left_wgmma);
    left_wgmma = left_wgmma || !by_wgmma;
}

static void test_wrong_kernels(void)
{
    static const char *const by_wgmma[] = {"nothing", "unit_wgmma", "encoder_wgmma", "d0_wgmma"};
    struct artem_engine *engine = NULL;

    unsetenv("ARTEM_CUDA_FORM");
    mock->capability = 89;
    mock->corrupt = corrupt;
    corrupted = "nothing";
    CHECK_INT(cuda_try(network, &engine), ARTEM_OK);
    CHECK_STR(unit, "artem_cuda_unit_and");
    artem_engine_destroy(&engine);
    corrupted = "unit_and";
    CHECK_INT(cuda_try(network, &engine), ARTEM_OK);
    CHECK_STR(unit, "artem_cuda_unit_popcount"); // which is left
    artem_engine_destroy(&engine);
    corrupted = "encoder";
    CHECK_INT(cuda_try(network, &engine), ARTEM_ERROR_DEVICE);
    CHECK(engine == NULL);
    // Where one kernel by wgmma is wrong, none of them is used: the contest, which would run them again, knows of one
    // form only.
    mock->capability = 90;
    for (size_t i = 0; i < sizeof by_wgmma / sizeof by_wgmma[0]; i++) {
        corrupted = by_wgmma[i];
        left_wgmma = came_back = false;
        CHECK_INT(cuda_try(network, &engine), ARTEM_OK);
        CHECK(came_back == (strcmp(corrupted, "nothing") == 0));
        artem_engine_destroy(&engine);
    }
    mock->corrupt = NULL;
    mock_check_empty();
}

int main(void)
{
    if (!mock_open() || real)
        return TEST_SKIPPED;
    setenv("ARTEM_CUDA_FORM", "popcount", 1);
    setenv("ARTEM_LOG", "error:/dev/null", 0); // hundreds of expected lines
    artem_log_init();
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    test_drivers();
    test_creation();
    test_frames();
    test_lost();
    test_captures();
    test_memory();
    test_wrong_kernels();
    artem_style_unref(&style);
    artem_network_unref(&network);
    return test_result();
}
