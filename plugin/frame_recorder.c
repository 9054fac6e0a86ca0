// SPDX-License-Identifier: Apache-2.0
#include "frame_recorder.h"

#include <stdlib.h>
#include <string.h>

#include "artem/recording.h"

enum { ENDED = 4 };

struct frame_recorder {
    struct artem_recording *recording;
    struct artem_recording *ended[ENDED]; // still being written
    char folder[ARTEM_PATH_MAX];          // that the recording is for, or that failed: not tried again
    uint64_t style;                       // serial of the style that was recorded last
    bool running;                         // between begin and end
    void *stored[ARTEM_MAX_VIEWS], *result[ARTEM_MAX_VIEWS];
};

struct frame_recorder *frame_recorder_create(void)
{
    return calloc(1, sizeof(struct frame_recorder));
}

static void drop_pictures(struct frame_recorder *recorder)
{
    for (unsigned i = 0; i < ARTEM_MAX_VIEWS; i++) {
        free(recorder->stored[i]);
        free(recorder->result[i]);
        recorder->stored[i] = recorder->result[i] = NULL;
    }
    recorder->running = false;
}

void frame_recorder_destroy(struct frame_recorder **recorder)
{
    if (*recorder == NULL)
        return;
    artem_recording_destroy(&(*recorder)->recording);
    for (unsigned i = 0; i < ENDED; i++)
        artem_recording_destroy(&(*recorder)->ended[i]);
    drop_pictures(*recorder);
    free(*recorder);
    *recorder = NULL;
}

bool frame_recorder_is_open(const struct layer_session *session)
{
    return session->recorder != NULL && session->recorder->recording != NULL &&
           artem_recording_is_open(session->recorder->recording);
}

static void begin_recording(struct layer_session *session, const struct artem_settings *settings)
{
    struct frame_recorder *recorder = session->recorder;
    const struct artem_recording_params params = {
        .folder = settings->record,
        .app_name = session->instance->app_name,
        .layer_version = ARTEM_VERSION,
        .backend = styler_get_backend(session->styler),
        .network_id = styler_get_network(session->styler),
        .max_frames = settings->record_frames,
    };

    recorder->style = 0;
    // Says itself that it records, or why not.
    artem_recording_create(&params, &recorder->recording);
}

// A slow disk may take seconds for what waits, and the app's frames go on meanwhile.
static void end_recording(struct frame_recorder *recorder)
{
    unsigned i = 0;

    if (recorder->recording == NULL)
        return;
    artem_recording_end(recorder->recording, "the setting was changed");
    while (i < ENDED - 1 && recorder->ended[i] != NULL)
        i++;
    artem_recording_destroy(&recorder->ended[i]); // of so many, one is waited for
    recorder->ended[i] = recorder->recording;
    recorder->recording = NULL;
}

static void free_ended(struct frame_recorder *recorder)
{
    for (unsigned i = 0; i < ENDED; i++)
        if (artem_recording_is_written(recorder->ended[i]))
            artem_recording_destroy(&recorder->ended[i]);
}

void frame_recorder_look(struct layer_session *session, const struct artem_settings *settings)
{
    struct frame_recorder *recorder = session->recorder;

    if (recorder == NULL)
        return;
    free_ended(recorder);
    if (recorder->recording == NULL || strcmp(recorder->folder, settings->record) == 0)
        return;
    drop_pictures(recorder); // of a painting that is still under way
    end_recording(recorder);
    recorder->folder[0] = '\0'; // whatever the setting says now begins with the next painting
}

void frame_recorder_follow(struct layer_session *session, const struct artem_settings *settings)
{
    struct frame_recorder *recorder = session->recorder;
    struct artem_style *style;
    const char *name;

    if (recorder == NULL)
        return;
    if (strcmp(recorder->folder, settings->record) != 0) {
        memcpy(recorder->folder, settings->record, sizeof recorder->folder);
        if (settings->record[0] != '\0')
            begin_recording(session, settings);
    }
    if (!frame_recorder_is_open(session) || recorder->style == styler_get_style(session->styler, &name))
        return;
    // Another style, or another engine: its statistics began anew. They do again now, from where a replay can follow.
    style = styler_restart(session->styler);
    if (style != NULL)
        artem_recording_style(recorder->recording, style);
    else
        artem_recording_end(recorder->recording, "the engine's statistics could not be restarted");
    artem_style_unref(&style);
    recorder->style = styler_get_style(session->styler, &name);
}

static bool read_pictures(struct layer_session *session, const struct frame_plan *plan, bool result)
{
    struct frame_recorder *recorder = session->recorder;
    void **pictures = result ? recorder->result : recorder->stored;
    enum artem_result status = ARTEM_OK;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count && status == ARTEM_OK; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        struct vk_target *target = picture->swapchain->target;

        if (!picture->paint)
            continue;
        pictures[i] = malloc(vk_target_picture_bytes(target, picture->slot));
        status = pictures[i] != NULL ? vk_target_read(target, picture->slot, result, pictures[i]) : ARTEM_ERROR_MEMORY;
    }
    pthread_mutex_unlock(&session->mutex);
    if (status != ARTEM_OK)
        artem_recording_end(recorder->recording, "a picture could not be read back");
    return status == ARTEM_OK;
}

void frame_recorder_begin(struct layer_session *session, const struct frame_plan *plan)
{
    if (!frame_recorder_is_open(session))
        return;
    drop_pictures(session->recorder); // of a frame that could not be read as a whole
    session->recorder->running = read_pictures(session, plan, false);
}

// The number by which messages name a picture: view, plus 100 per projection layer.
static uint32_t find_view(const struct frame_plan *plan, uint32_t picture)
{
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        for (uint32_t v = 0; v < plan->layers[l].view_count; v++) {
            if (plan->view_pictures[plan->layers[l].first_view + v] == picture)
                return 100 * l + v;
        }
    }
    return picture;
}

void frame_recorder_end(struct layer_session *session, const struct frame_plan *plan,
                        const struct artem_settings *settings, const struct artem_frame_record *record,
                        enum artem_decision decision)
{
    struct frame_recorder *recorder = session->recorder;
    struct artem_recorded_frame frame = {
        .frame = record->frame,
        .display_time = record->display_time,
        .decision = decision,
        .strength = settings->strength,
        .keep = settings->keep_color,
        .text = settings->keep_text,
        .resolution = settings->resolution,
    };

    if (recorder == NULL || !recorder->running)
        return;
    if (decision != ARTEM_DECISION_STYLED || read_pictures(session, plan, true)) {
        for (uint32_t i = 0; i < plan->picture_count; i++) {
            const struct frame_picture *picture = &plan->pictures[i];
            const struct vk_picture_info *info = &picture->info;
            const size_t stride = (size_t)info->rect.extent.width * picture->swapchain->target->pixel_size;

            if (!picture->paint)
                continue;
            frame.picture[frame.pictures++] = (struct artem_recorded_picture){
                .view = find_view(plan, i),
                .format = (uint32_t)picture->swapchain->target->pixels,
                .premultiplied = info->premultiplied,
                .x = info->rect.offset.x,
                .y = info->rect.offset.y,
                .width = info->rect.extent.width,
                .height = info->rect.extent.height,
                .style_width = info->style_width,
                .style_height = info->style_height,
                .noise = picture->noise,
                .stored = recorder->stored[i],
                .stored_stride = stride,
                .result = recorder->result[i],
                .result_stride = recorder->result[i] != NULL ? stride : 0,
            };
        }
        artem_recording_frame(recorder->recording, &frame);
    }
    drop_pictures(recorder);
}

void frame_recorder_abort(struct layer_session *session)
{
    if (frame_recorder_is_open(session))
        artem_recording_end(session->recorder->recording, "the engine failed");
    if (session->recorder != NULL)
        drop_pictures(session->recorder); // also where the recording has ended by itself
}

void frame_recorder_event(struct layer_session *session, const struct artem_frame_record *record)
{
    if (frame_recorder_is_open(session))
        artem_recording_event(session->recorder->recording, record->frame, record->display_time, record->decision);
}
