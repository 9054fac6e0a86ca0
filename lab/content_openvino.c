// SPDX-License-Identifier: Apache-2.0
#include "content_openvino.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "objective_internal.h"
#include "openvino_api.h"
#include "openvino_vgg.h"
#include "region.h"
#include "window.h"

enum { TENSORS = 3 * VGG_LAYERS + 2 };

struct layer {
    struct region region; // of the picture, in the window's features
    uint32_t height, width, channels;
    double energy;                    // mean(P²) + 1/1000
    float *features, *target, *scale; // the tensors' memory
};

struct content_openvino {
    const struct openvino_api *api;
    struct objective_params params;
    uint32_t width, height; // of the picture
    struct window window;
    uint32_t layers; // bit mask
    struct layer layer[VGG_LAYERS];
    struct ir ir; // whose constants the network uses
    float *picture, *grad;
    void *core, *model, *compiled, *request, *tensors[TENSORS];
    uint32_t tensor_count;
};

static enum artem_result failed(const struct openvino_api *api, int status, const char *what)
{
    const char *why = NULL;

    if (status == 0)
        return ARTEM_OK;
    if (api->ov_get_last_err_msg != NULL)
        why = api->ov_get_last_err_msg();
    artem_log(ARTEM_LOG_ERROR, "OpenVINO: %s: %.400s", what,
              why != NULL && why[0] != '\0' ? why : api->ov_get_error_info(status));
    if (why != NULL && api->ov_free != NULL)
        api->ov_free(why);
    return ARTEM_ERROR_DEVICE;
}

static void measure_window(struct content_openvino *c)
{
    struct tile_axis columns, rows;

    tile_axis_cut(c->width, 0, 0, &columns);
    tile_axis_cut(c->height, 0, 0, &rows);
    c->window = (struct window){tile_axis_span(&columns, 0), tile_axis_span(&rows, 0), columns.window, rows.window};
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        struct layer *layer = &c->layer[i];
        layer->region = region_of(&c->window.column, &c->window.row, vgg_layer_level[i]);
        layer->height = c->window.height >> vgg_layer_level[i];
        layer->width = c->window.width >> vgg_layer_level[i];
        layer->channels = vgg_layer_channels[i];
    }
}

// Names a tensor of the network and gives it memory.
static enum artem_result bind(struct content_openvino *c, const char *kind, const char *layer, uint32_t height,
                              uint32_t width, uint32_t channels, float **out)
{
    int64_t sizes[] = {1, height, width, channels};
    void *memory = NULL, **tensor = &c->tensors[c->tensor_count];
    char name[48];

    snprintf(name, sizeof name, "%s%s", kind, layer);
    if (posix_memalign(&memory, 64, (size_t)height * width * channels * sizeof(float)) != 0)
        return ARTEM_ERROR_MEMORY;
    *out = memset(memory, 0, (size_t)height * width * channels * sizeof(float));
    int status =
        c->api->ov_tensor_create_from_host_ptr(c->api->float_type, (struct openvino_shape){4, sizes}, memory, tensor);
    if (status != 0)
        return failed(c->api, status, name);
    c->tensor_count++;
    return failed(c->api, c->api->ov_infer_request_set_tensor(c->request, name, *tensor), name);
}

static enum artem_result bind_all(struct content_openvino *c)
{
    enum artem_result result = bind(c, "picture", "", c->window.height, c->window.width, 3, &c->picture);

    if (result == ARTEM_OK)
        result = bind(c, "gradient", "", c->window.height, c->window.width, 3, &c->grad);
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        struct layer *l = &c->layer[i];
        const char *name = vgg_layer_names[i];
        if ((c->layers >> i & 1u) == 0)
            continue;
        result = bind(c, "features_", name, l->height, l->width, l->channels, &l->features);
        if (result == ARTEM_OK)
            result = bind(c, "target_", name, l->height, l->width, l->channels, &l->target);
        if (result == ARTEM_OK)
            result = bind(c, "scale_", name, l->height, l->width, 1, &l->scale);
    }
    return result;
}

// In full precision; a device that has none computes in its own, and that is said.
static enum artem_result compile(struct content_openvino *c, const char *device, uint32_t threads)
{
    const struct openvino_api *api = c->api;
    char count[16];
    int status;

    snprintf(count, sizeof count, "%u", threads);
    if (strcmp(device, "CPU") == 0)
        status = api->ov_core_compile_model(c->core, c->model, device, 6, &c->compiled, "INFERENCE_PRECISION_HINT",
                                            "f32", "INFERENCE_NUM_THREADS", count, "NUM_STREAMS", "1");
    else
        status =
            api->ov_core_compile_model(c->core, c->model, device, 2, &c->compiled, "INFERENCE_PRECISION_HINT", "f32");
    if (status != 0 && strcmp(device, "CPU") != 0) {
        status = api->ov_core_compile_model(c->core, c->model, device, 0, &c->compiled);
        if (status == 0)
            artem_log(ARTEM_LOG_WARN, "OpenVINO: %s cannot compute in 32-bit floats: the content is less exact",
                      device);
    }
    return failed(api, status, device) == ARTEM_OK ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;
}

static enum artem_result open_network(struct content_openvino *c, const struct vgg_weights *weights, const char *device,
                                      uint32_t threads)
{
    void *constants = NULL;
    enum artem_result result = failed(c->api, c->api->ov_core_create(&c->core), "it does not start");

    ir_begin(&c->ir);
    openvino_vgg_build(&c->ir, weights, c->layers, c->window.height, c->window.width, c->params.average_pool);
    char *text = ir_end(&c->ir);
    if (result == ARTEM_OK && text == NULL)
        result = ARTEM_ERROR_MEMORY;
    if (result == ARTEM_OK) {
        int64_t sizes[] = {(int64_t)(c->ir.size / sizeof(float))};
        result = failed(c->api,
                        c->api->ov_tensor_create_from_host_ptr(c->api->float_type, (struct openvino_shape){1, sizes},
                                                               c->ir.constants, &constants),
                        "weights");
    }
    if (result == ARTEM_OK)
        result = failed(
            c->api, c->api->ov_core_read_model_from_memory_buffer(c->core, text, strlen(text), constants, &c->model),
            "the network");
    if (result == ARTEM_OK)
        result = compile(c, device, threads);
    if (result == ARTEM_OK)
        result = failed(c->api, c->api->ov_compiled_model_create_infer_request(c->compiled, &c->request), device);
    if (constants != NULL)
        c->api->ov_tensor_free(constants);
    free(text);
    return result;
}

static enum artem_result infer(struct content_openvino *c, const float *rgb)
{
    const struct lab_picture picture = {c->width, c->height, (float *)(uintptr_t)rgb}; // only read

    window_cut(&c->window, &picture, c->picture);
    return failed(c->api, c->api->ov_infer_request_infer(c->request), "a run failed");
}

// P, and from it what turns F - P into the gradient.
static enum artem_result take_target(struct content_openvino *c, const float *rgb)
{
    const enum artem_result result = infer(c, rgb);

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        struct layer *l = &c->layer[i];
        const uint64_t cells = region_cells(&l->region), row = (uint64_t)l->region.width * l->channels;
        double sum = 0;
        if ((c->layers >> i & 1u) == 0)
            continue;
        memcpy(l->target, l->features, (size_t)l->height * l->width * l->channels * sizeof(float));
        for (uint32_t y = 0; y < l->region.height; y++) {
            const float *p = l->target + ((uint64_t)(l->region.y + y) * l->width + l->region.x) * l->channels;
            for (uint64_t k = 0; k < row; k++)
                sum += (double)p[k] * (double)p[k];
        }
        l->energy = sum / ((double)cells * l->channels) + 1e-3;
        const double scale = 2.0 * (double)c->params.content * (double)c->params.content_weight[i] /
                             ((double)cells * l->channels * l->energy);
        for (uint32_t y = 0; y < l->region.height; y++)
            for (uint32_t x = 0; x < l->region.width; x++)
                l->scale[(uint64_t)(l->region.y + y) * l->width + l->region.x + x] = (float)scale;
    }
    return result;
}

enum artem_result content_openvino_create(const struct vgg_weights *weights, const struct objective_params *params,
                                          const struct lab_picture *content, const char *device, uint32_t threads,
                                          struct content_openvino **out_content)
{
    struct content_openvino *c = calloc(1, sizeof *c);
    enum artem_result result = ARTEM_OK;

    *out_content = NULL;
    if (c == NULL)
        return ARTEM_ERROR_MEMORY;
    c->api = openvino_open();
    c->params = *params;
    c->width = content->width;
    c->height = content->height;
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        c->layers |= (params->content_weight[i] > 0 ? 1u : 0u) << i;
    measure_window(c);
    if (c->api == NULL)
        result = ARTEM_ERROR_UNSUPPORTED;
    else if (c->layers == 0 || c->layers >> weights->layers != 0)
        result = ARTEM_ERROR_ARGUMENT;
    if (result == ARTEM_OK)
        result = open_network(c, weights, device, threads);
    if (result == ARTEM_OK)
        result = bind_all(c);
    if (result == ARTEM_OK)
        result = take_target(c, content->rgb);
    if (result == ARTEM_OK)
        *out_content = c;
    else
        content_openvino_destroy(&c);
    return result;
}

static double loss_of(const struct layer *l)
{
    const uint64_t row = (uint64_t)l->region.width * l->channels;
    double sum = 0;

    for (uint32_t y = 0; y < l->region.height; y++) {
        const uint64_t at = ((uint64_t)(l->region.y + y) * l->width + l->region.x) * l->channels;
        for (uint64_t k = 0; k < row; k++) {
            const double d = (double)l->features[at + k] - (double)l->target[at + k];
            sum += d * d;
        }
    }
    return sum / ((double)region_cells(&l->region) * l->channels) / l->energy;
}

enum artem_result content_openvino_evaluate(struct content_openvino *c, const float *rgb, float *grad,
                                            struct objective_terms *out_terms)
{
    const enum artem_result result = infer(c, rgb);
    const uint64_t values = (uint64_t)c->width * c->height * 3;

    memset(out_terms, 0, sizeof *out_terms);
    if (result != ARTEM_OK)
        return result;
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if ((c->layers >> i & 1u) != 0)
            out_terms->content += (double)c->params.content_weight[i] * loss_of(&c->layer[i]);
    out_terms->total = (double)c->params.content * out_terms->content;
    if (grad != NULL) {
        memset(grad, 0, values * sizeof *grad);
        window_add_gradient(&c->window, c->grad, c->width, c->height, grad);
        for (uint64_t i = 0; i < values; i++)
            if (rgb[i] < 0 || rgb[i] > 1)
                grad[i] = 0;
    }
    return isfinite(out_terms->total) ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

void content_openvino_destroy(struct content_openvino **content)
{
    struct content_openvino *c = *content;

    *content = NULL;
    if (c == NULL)
        return;
    if (c->request != NULL)
        c->api->ov_infer_request_free(c->request);
    for (uint32_t i = 0; i < c->tensor_count; i++)
        c->api->ov_tensor_free(c->tensors[i]);
    if (c->compiled != NULL)
        c->api->ov_compiled_model_free(c->compiled);
    if (c->model != NULL)
        c->api->ov_model_free(c->model);
    if (c->core != NULL)
        c->api->ov_core_free(c->core);
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        free(c->layer[i].features);
        free(c->layer[i].target);
        free(c->layer[i].scale);
    }
    free(c->picture);
    free(c->grad);
    ir_free(&c->ir);
    free(c);
}
