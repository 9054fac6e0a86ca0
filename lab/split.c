// SPDX-License-Identifier: Apache-2.0
#include "split.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "content_openvino.h"
#include "team.h"
#include "worker.h"

enum { CONTENT, STYLE, SIDES };

struct side {
    struct lab_worker *worker;
    struct split_device device;
    uint32_t threads;
    struct objective_params params; // its part of the objective's
    struct objective *objective;    // one of these two
    struct content_openvino *openvino;
    struct lab_team team; // of a CUDA device
    float *grad;
    struct objective_terms terms;
    struct lab_times times;
    const struct split_objective *all;
    bool wants_grad;
};

struct split_objective {
    const struct vgg_weights *weights;
    struct lab_picture content, style;
    const float *rgb; // of the evaluation at hand
    struct side side[SIDES];
};

bool split_device_parse(const char *text, struct split_device *out)
{
    struct artem_devices devices;
    char why[128];

    memset(out, 0, sizeof *out);
    if (strcmp(text, "cpu:0") == 0 || strcmp(text, "cpu:1") == 0) {
        out->index = text[4] == '1';
        return true;
    }
    if (strncmp(text, "cuda:", 5) == 0 && artem_devices_parse(text, &devices, why, sizeof why) && devices.count == 1) {
        out->kind = SPLIT_CUDA;
        out->index = devices.device[0].index;
        memcpy(out->name, devices.device[0].name, sizeof devices.device[0].name);
        return true;
    }
    if (strncmp(text, "openvino:", 9) != 0 || text[9] == '\0' || strlen(text + 9) >= sizeof out->name)
        return false;
    out->kind = SPLIT_OPENVINO;
    for (size_t i = 0; text[9 + i] != '\0'; i++) {
        if (!isalnum((unsigned char)text[9 + i]) && text[9 + i] != '.')
            return false;
        out->name[i] = (char)toupper((unsigned char)text[9 + i]);
    }
    return true;
}

static bool is_processor(const struct split_device *device)
{
    return device->kind == SPLIT_CPU || (device->kind == SPLIT_OPENVINO && strcmp(device->name, "CPU") == 0);
}

struct split_device split_device_beside(const struct split_device *other)
{
    return (struct split_device){.index = other->kind == SPLIT_CPU && other->index == 0};
}

bool split_devices_differ(const struct split_device *content, const struct split_device *style)
{
    return content->kind != style->kind || content->index != style->index;
}

static enum artem_result create_side(void *user)
{
    struct side *s = user;
    const struct split_objective *all = s->all;

    if (s->device.kind == SPLIT_OPENVINO)
        return content_openvino_create(all->weights, &s->params, &all->content, s->device.name, s->threads,
                                       &s->openvino);
    if (s->device.kind == SPLIT_CUDA) {
        const enum artem_result result = lab_team_create(s->device.name, 1, &s->team);
        if (result != ARTEM_OK)
            return result;
        s->params.team = &s->team;
    }
    return objective_create(all->weights, &s->params, &all->content, &all->style, &s->objective);
}

static enum artem_result evaluate_side(void *user)
{
    struct side *s = user;
    const struct lab_time start = lab_time_now();
    float *grad = s->wants_grad ? s->grad : NULL;
    const enum artem_result result = s->openvino != NULL
                                         ? content_openvino_evaluate(s->openvino, s->all->rgb, grad, &s->terms)
                                         : objective_evaluate(s->objective, s->all->rgb, grad, &s->terms);

    return result == ARTEM_OK && grad != NULL && !lab_times_add(&s->times, &start) ? ARTEM_ERROR_MEMORY : result;
}

static enum artem_result on_both(struct split_objective *split, enum artem_result (*work)(void *user))
{
    enum artem_result result = ARTEM_OK;

    for (int i = 0; i < SIDES; i++)
        lab_worker_start(split->side[i].worker, work, &split->side[i]);
    for (int i = 0; i < SIDES; i++) {
        const enum artem_result own = lab_worker_wait(split->side[i].worker);
        result = result == ARTEM_OK ? own : result;
    }
    return result;
}

enum artem_result split_create(const struct vgg_weights *weights, const struct objective_params *params,
                               const struct lab_picture *content, const struct lab_picture *style,
                               const struct split_devices *devices, uint32_t threads,
                               struct split_objective **out_split)
{
    struct split_objective *split = calloc(1, sizeof *split);
    const uint32_t shares = is_processor(&devices->content) && is_processor(&devices->style) ? SPLIT_CPUS : 1;
    enum artem_result result = ARTEM_OK;

    *out_split = NULL;
    if (split == NULL)
        return ARTEM_ERROR_MEMORY;
    split->weights = weights;
    split->content = *content;
    split->style = *style;
    for (int i = 0; i < SIDES; i++) {
        struct side *s = &split->side[i];
        s->all = split;
        s->device = i == CONTENT ? devices->content : devices->style;
        s->threads = lab_worker_threads(threads, is_processor(&s->device) ? shares : 1);
        s->params = *params;
        memset(i == CONTENT ? s->params.style_weight : s->params.content_weight, 0, sizeof s->params.style_weight);
        if (i == CONTENT)
            s->params.variation = 0;
        // OpenVINO's processor takes the share that the other leaves; its own devices need none.
        const uint32_t share = s->device.kind != SPLIT_OPENVINO ? s->device.index : 1 - devices->style.index;
        s->worker = lab_worker_create(shares > 1 ? share : 0, shares, s->threads);
        s->grad = malloc((size_t)content->width * content->height * 3 * sizeof *s->grad);
        if (s->worker == NULL || s->grad == NULL)
            result = ARTEM_ERROR_MEMORY;
    }
    if (result == ARTEM_OK)
        result = on_both(split, create_side);
    if (result == ARTEM_OK)
        *out_split = split;
    else
        split_destroy(&split);
    return result;
}

enum artem_result split_evaluate(struct split_objective *split, const float *rgb, float *grad,
                                 struct objective_terms *out_terms)
{
    const struct side *content = &split->side[CONTENT], *style = &split->side[STYLE];
    const uint64_t values = (uint64_t)split->content.width * split->content.height * 3;
    enum artem_result result;

    split->rgb = rgb;
    for (int i = 0; i < SIDES; i++)
        split->side[i].wants_grad = grad != NULL;
    result = on_both(split, evaluate_side);
    if (result != ARTEM_OK)
        return result;
    *out_terms = style->terms;
    out_terms->content = content->terms.content;
    out_terms->total += (double)content->params.content * content->terms.content;
    for (uint64_t i = 0; grad != NULL && i < values; i++)
        grad[i] = content->grad[i] + style->grad[i];
    return ARTEM_OK;
}

void split_times(const struct split_objective *split, double *out_content, double *out_style)
{
    *out_content = lab_times_median(&split->side[CONTENT].times).clock;
    *out_style = lab_times_median(&split->side[STYLE].times).clock;
}

void split_destroy(struct split_objective **split)
{
    struct split_objective *s = *split;

    *split = NULL;
    if (s == NULL)
        return;
    for (int i = 0; i < SIDES; i++) {
        lab_worker_destroy(&s->side[i].worker);
        objective_destroy(&s->side[i].objective);
        lab_team_destroy(&s->side[i].team);
        content_openvino_destroy(&s->side[i].openvino);
        lab_times_free(&s->side[i].times);
        free(s->side[i].grad);
    }
    free(s);
}
