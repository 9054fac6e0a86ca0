// SPDX-License-Identifier: Apache-2.0
// The kernels against the reference on a small frame, when an engine is made: a form of them that paints anything else
// is not used on this machine. Of several that do not, the fastest is.
#include <stdlib.h>
#include <string.h>

#include "cuda_engine.h"

enum { VIEWS = 2, FRAMES = 2, SIZE_MAX_BYTES = 64 * 96 * 4 };

// Tiles that are full and one that is not: as many that on one multiprocessor, for which they are planned here, each
// kernel has blocks that take a second tile.
static const struct {
    uint32_t width, height;
} sizes[VIEWS] = {{64, 96}, {12, 8}};

// A sequence that is the same every time.
struct numbers {
    uint32_t state;
};

static int next(struct numbers *numbers, int low, int high)
{
    numbers->state = numbers->state * 1664525 + 1013904223;
    return low + (int)((numbers->state >> 8) % (uint32_t)(high - low + 1));
}

static void fill_i8(struct numbers *numbers, int8_t *to, size_t count, int low, int high)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (int8_t)next(numbers, low, high);
}

static void fill_i16(struct numbers *numbers, int16_t *to, size_t count, int low, int high)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (int16_t)next(numbers, low, high);
}

// Every parameter at work, with calibrated moments about as large as those that a frame has.
static void fill_style(struct numbers *numbers, struct artem_style *style)
{
    style->d0_shift = style->d1_shift = style->d2_shift = 5;
    for (int k = 0; k < ARTEM_NORMS; k++) {
        struct artem_norm_params *norm = &style->norms[k];
        fill_i16(numbers, norm->gain, ARTEM_CHANNELS, -6000, 6000);
        fill_i16(numbers, norm->bias, ARTEM_CHANNELS, -100, 100);
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            const int64_t deviation = k == 0 ? next(numbers, 500, 4000) : next(numbers, 10, 90);
            norm->mean[c] = deviation * next(numbers, -65536, 65536);
            norm->square[c] = deviation * deviation * 65536 + ((norm->mean[c] * norm->mean[c]) >> 16) + 2;
        }
    }
    for (int k = 0; k < ARTEM_UNITS; k++) {
        fill_i8(numbers, style->units[k].threshold, ARTEM_CHANNELS, -20, 20);
        fill_i16(numbers, style->units[k].slope, ARTEM_CHANNELS, -12000, 20000);
        fill_i16(numbers, style->units[k].shift, ARTEM_CHANNELS, -200, 200);
    }
    fill_i16(numbers, style->dec_gain, ARTEM_CHANNELS, -3000, 3000);
    fill_i16(numbers, style->dec_bias, ARTEM_CHANNELS, -50, 50);
    fill_i8(numbers, style->d0_weights, sizeof style->d0_weights, -64, 64);
    fill_i8(numbers, style->d1_weights, sizeof style->d1_weights, -64, 64);
    fill_i8(numbers, style->d2_weights, sizeof style->d2_weights, -64, 64);
    fill_i16(numbers, style->d0_mul, ARTEM_D0_OUT, -9000, 9000);
    fill_i16(numbers, style->d0_bias, ARTEM_D0_OUT, -300, 300);
    fill_i16(numbers, style->d1_mul, ARTEM_D1_OUT, -9000, 9000);
    fill_i16(numbers, style->d1_bias, ARTEM_D1_OUT, -300, 300);
    fill_i16(numbers, style->d2_mul, ARTEM_D2_OUT, 2000, 12000);
    fill_i16(numbers, style->d2_bias, ARTEM_D2_OUT, -900, 900);
}

struct pictures {
    uint8_t in[FRAMES][VIEWS][SIZE_MAX_BYTES];
    uint8_t expected[FRAMES][VIEWS][SIZE_MAX_BYTES], out[FRAMES][VIEWS][SIZE_MAX_BYTES];
};

// One lagged frame, and one so different that it is a cut.
static void fill_pictures(struct numbers *numbers, struct pictures *pictures)
{
    for (int f = 0; f < FRAMES; f++)
        for (int v = 0; v < VIEWS; v++)
            for (int i = 0; i < SIZE_MAX_BYTES; i++)
                pictures->in[f][v][i] = (uint8_t)(f == 0 ? next(numbers, 0, 255) : 100 + next(numbers, 0, i % 90));
}

static struct artem_engine_frame frame_of(struct pictures *pictures, int index, bool expected)
{
    struct artem_engine_frame frame = {.views = VIEWS, .resolution = 40};

    for (int v = 0; v < VIEWS; v++)
        frame.view[v] = (struct artem_engine_view){
            .width = sizes[v].width,
            .height = sizes[v].height,
            .in = pictures->in[index][v],
            .in_stride = (size_t)sizes[v].width * 4,
            .out = expected ? pictures->expected[index][v] : pictures->out[index][v],
            .out_stride = (size_t)sizes[v].width * 4,
            .noise.m = {0, 0, 3 + v, 0, 0, 5, 0, 0, 0},
        };
    return frame;
}

static enum artem_result paint_expected(const struct artem_cuda *cuda, const struct artem_style *style,
                                        struct pictures *pictures)
{
    const struct artem_backend_ops *reference = cuda->host->reference;
    const struct artem_engine_params params = {.threads = 1, .network = (struct artem_network *)cuda->network};
    void *backend = NULL;
    enum artem_result result = reference->create(&params, &backend);

    if (result != ARTEM_OK)
        return result;
    result = reference->set_style(backend, style);
    for (int f = 0; f < FRAMES && result == ARTEM_OK; f++) {
        const struct artem_engine_frame frame = frame_of(pictures, f, true);
        result = reference->submit(backend, &frame);
        if (result == ARTEM_OK)
            result = reference->wait(backend, UINT64_MAX);
    }
    reference->destroy(backend);
    return result;
}

static enum artem_result paint(struct artem_cuda *cuda, const struct artem_style *style, struct pictures *pictures)
{
    const uint32_t multiprocessors = cuda->chip.multiprocessors;
    enum artem_result result = cuda_set_style(cuda, style);

    memset(pictures->out, 0, sizeof pictures->out);
    cuda->chip.multiprocessors = 1;
    for (int f = 0; f < FRAMES && result == ARTEM_OK; f++) {
        const struct artem_engine_frame frame = frame_of(pictures, f, false);
        result = cuda_submit(cuda, &frame, NULL);
        if (result == ARTEM_OK)
            result = cuda_wait(cuda, CUDA_PATIENCE_NS);
    }
    cuda->chip.multiprocessors = multiprocessors;
    if (result != ARTEM_TIMEOUT)
        return result;
    cuda_log(cuda->host, ARTEM_LOG_ERROR, "CUDA: the %s kernels do not end", artem_cuda_form_name(cuda->form));
    cuda->stuck = true;
    return ARTEM_ERROR_DEVICE;
}

// Whether the kernels' image has the form: ARTEM_ERROR_UNSUPPORTED where the compiler was too old for it.
static enum artem_result find_form(struct artem_cuda *cuda, enum artem_cuda_form form)
{
    const char *name = artem_cuda_unit_kernel(form, false);
    CUfunction function;
    const CUresult result = cuda->driver.cuModuleGetFunction(&function, cuda->module, name);

    if (result != CUDA_ERROR_NOT_FOUND)
        return cuda_result(cuda, result, name);
    cuda_log(cuda->host, ARTEM_LOG_DEBUG, "CUDA: there is no %s in this build", name);
    return ARTEM_ERROR_UNSUPPORTED;
}

static enum artem_result paint_in_form(struct artem_cuda *cuda, enum artem_cuda_form form,
                                       const struct artem_style *style, struct pictures *pictures)
{
    enum artem_result result;

    if (!cuda_enter(cuda))
        return ARTEM_ERROR_DEVICE;
    result = find_form(cuda, form);
    cuda_leave(cuda);
    if (result != ARTEM_OK)
        return result;
    cuda->form = form;
    result = paint(cuda, style, pictures);
    if (!cuda->stuck && cuda_enter(cuda)) { // graphs of one form are of no use to another
        cuda_finish(cuda, CUDA_PATIENCE_NS);
        cuda_forget_graphs(cuda);
        cuda_leave(cuda);
    }
    return result;
}

// Population counts are the last resort where there are binary instructions, or floats of four bits. Of int8 some chips
// have next to nothing.
static bool is_surely_slower(enum artem_cuda_form form, const enum artem_cuda_form *exact, uint32_t count)
{
    bool any = false;

    for (uint32_t i = 0; i < count; i++)
        any = any || exact[i] != ARTEM_CUDA_FORM_INT8;
    return form == ARTEM_CUDA_FORM_POPCOUNT && any;
}

// Those that paint as the reference does, the fastest expected one first.
static enum artem_result find_exact(struct artem_cuda *cuda, const struct artem_style *style, struct pictures *pictures,
                                    enum artem_cuda_form out_forms[ARTEM_CUDA_FORM_COUNT], uint32_t *out_count)
{
    enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
    const uint32_t count = artem_cuda_forms(&cuda->chip, forms);
    const char *wanted = secure_getenv("ARTEM_CUDA_FORM");
    enum artem_result last = ARTEM_ERROR_UNSUPPORTED;

    *out_count = 0;
    for (uint32_t i = 0; i < count && !is_surely_slower(forms[i], out_forms, *out_count); i++) {
        const char *name = artem_cuda_form_name(forms[i]);
        if (wanted != NULL && strcmp(wanted, name) != 0)
            continue;
        const enum artem_result result = paint_in_form(cuda, forms[i], style, pictures);
        if (result != ARTEM_OK && (cuda->lost || cuda->stuck))
            return result;
        if (result != ARTEM_OK) {
            last = result;
            continue;
        }
        if (memcmp(pictures->out, pictures->expected, sizeof pictures->out) == 0) {
            out_forms[(*out_count)++] = forms[i];
            continue;
        }
        cuda_log(cuda->host, ARTEM_LOG_WARN, "CUDA: the %s kernels compute wrong values on %s; they are not used", name,
                 cuda->info.name);
        last = ARTEM_ERROR_DEVICE;
    }
    if (wanted != NULL && *out_count == 0 && last == ARTEM_ERROR_UNSUPPORTED)
        cuda_log(cuda->host, ARTEM_LOG_WARN, "CUDA: ARTEM_CUDA_FORM=%s: %s has no such kernels", wanted,
                 cuda->info.name);
    return *out_count > 0 ? ARTEM_OK : last;
}

static enum artem_result choose(struct artem_cuda *cuda, const struct artem_style *style, struct pictures *pictures)
{
    enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
    uint32_t count;
    const enum artem_result result = find_exact(cuda, style, pictures, forms, &count);

    if (result != ARTEM_OK)
        return result;
    cuda->form = forms[0];
    return count > 1 ? cuda_pick_fastest(cuda, forms, count) : ARTEM_OK;
}

enum artem_result cuda_choose_form(struct artem_cuda *cuda)
{
    struct pictures *pictures = calloc(1, sizeof *pictures);
    struct artem_style *style = calloc(1, sizeof *style);
    struct numbers numbers = {1};
    enum artem_result result = ARTEM_ERROR_MEMORY;

    if (pictures != NULL && style != NULL) {
        style->network_id = cuda->network->id;
        fill_style(&numbers, style);
        fill_pictures(&numbers, pictures);
        result = paint_expected(cuda, style, pictures);
        if (result == ARTEM_OK)
            result = choose(cuda, style, pictures);
    }
    free(style);
    free(pictures);
    return result;
}
