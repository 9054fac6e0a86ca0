// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/recording.h"
#include "cli.h"
#include "json.h"
#include "progress.h"
#include "replay.h"

static const char help[] = "usage: artem replay FOLDER [options]\n\n"
                           "Paints the frames of a recording (record = FOLDER in artem.conf) again and compares them, "
                           "byte by byte, with what\n"
                           "the compositor was given. Exit status: 0 if all are equal, 1 if any is different, 2 if the "
                           "recording is damaged or\n"
                           "cannot be replayed here.\n\n"
                           "  --verbose      a line for every frame\n"
                           "  --json         what was found, for programs\n"
                           "  --out FOLDER   writes each picture before and after painting as PNG\n"
                           "  --backend NAME of the engine (cpu)\n"
                           "  --threads N    threads for the network, 0 means automatic (0)";

enum { REPLAY_UNREADABLE = 2 };

struct job {
    const char *path, *backend;
    bool verbose;
    uint32_t threads;
    uint64_t file_size;
    struct progress progress;
    bool json;
    cJSON *root; // what is found out, with json
    struct replay replay;
    struct artem_network *network;
};

static int unreadable(const char *path, const char *why)
{
    cli_error("%s: %s", path, why);
    return REPLAY_UNREADABLE;
}

static int parse_options(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"verbose", no_argument, NULL, 'v'},
        {"out", required_argument, NULL, 'o'},
        {"backend", required_argument, NULL, 'b'},
        {"threads", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct artem_settings settings;
    int option, result = CLI_OK;

    artem_settings_default(&settings);
    while (result == CLI_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'v':
            job->verbose = true;
            break;
        case 'o':
            job->replay.out_folder = optarg;
            break;
        case 'b':
            job->backend = optarg;
            break;
        case 't':
            result = cli_set(argv[0], &settings, "threads", optarg);
            break;
        case 'j':
            job->json = job->replay.quiet = true;
            break;
        case 'h':
            puts(help);
            exit(cli_finish_output());
        default:
            return CLI_USAGE; // getopt has said why
        }
    }
    if (result != CLI_OK)
        return result;
    if (argc - optind != 1)
        return cli_usage_error(argv[0], "expected one folder");
    if (job->json && job->verbose)
        return cli_usage_error(argv[0], "--json and --verbose exclude each other");
    job->path = argv[optind];
    job->threads = settings.threads;
    return CLI_OK;
}

static void show_progress(struct job *job, uint64_t offset)
{
    progress_show(&job->progress, job->file_size > 0 ? (double)offset / (double)job->file_size : 0,
                  "%" PRIu64 " frames", job->replay.frames);
}

// ---- Chunks ----

static int start(struct job *job, const struct artem_recording_header *header)
{
    struct artem_engine_params params = {.backend = job->backend, .threads = job->threads};
    char why[160];

    if (job->json) {
        cJSON_AddStringToObject(job->root, "app", header->app_name);
        cJSON_AddStringToObject(job->root, "layer_version", header->layer_version);
        cJSON_AddStringToObject(job->root, "backend", header->backend);
    } else {
        printf("recording of %s, Art'Em %s, backend %s\n",
               header->app_name[0] ? header->app_name : "an app without a name",
               header->layer_version[0] ? header->layer_version : "of unknown version",
               header->backend[0] ? header->backend : "unknown");
    }
    if (artem_library_load_network(&job->network) != ARTEM_OK)
        return REPLAY_UNREADABLE; // the library has said why
    if (job->network->id != header->network_id) {
        snprintf(why, sizeof why, "made with the network %08x, but the one installed here is %08x", header->network_id,
                 job->network->id);
        return unreadable(job->path, why);
    }
    params.network = job->network;
    enum artem_result result = artem_engine_create(&params, &job->replay.engine);
    if (result == ARTEM_OK)
        return CLI_OK;
    cli_error("the engine cannot start: %s", artem_result_string(result));
    return REPLAY_UNREADABLE;
}

// Whether a style is the one that the recording was made with.
static bool is_same(const struct job *job, const char *name, uint32_t recorded, uint32_t installed)
{
    char why[240];

    if (recorded == installed)
        return true;
    snprintf(why, sizeof why, "made with a style %s of checksum %08x, but the one installed here has %08x", name,
             recorded, installed);
    unreadable(job->path, why);
    return false;
}

static int change_style(struct job *job, const struct artem_recorded_style *recorded)
{
    struct artem_style *style = NULL;
    const char *name = recorded->name;

    if (artem_library_load_blend(name, recorded->blend_name, recorded->blend_weight, &style) != ARTEM_OK)
        return REPLAY_UNREADABLE; // the library has said why
    enum artem_result result = ARTEM_OK;
    bool same = is_same(job, name, recorded->checksum, style->checksum) &&
                is_same(job, recorded->blend_name, recorded->blend_checksum, style->blend_checksum);
    if (same) {
        result = artem_engine_set_style(job->replay.engine, style);
        if (result != ARTEM_OK)
            cli_error("style %s cannot be used: %s", name, artem_result_string(result));
    }
    artem_style_unref(&style);
    if (same && result == ARTEM_OK && job->verbose)
        printf("style %s\n", name);
    return same && result == ARTEM_OK ? CLI_OK : REPLAY_UNREADABLE;
}

static int do_frame(struct job *job, const struct artem_recorded_frame *frame)
{
    uint64_t before = job->replay.different_pictures;

    if (!replay_frame(&job->replay, frame))
        return REPLAY_UNREADABLE;
    if (job->verbose)
        printf("frame %" PRIu64 ": %s, %u pictures, %s\n", frame->frame, artem_decision_name(frame->decision),
               frame->pictures,
               frame->decision != ARTEM_DECISION_STYLED   ? "nothing to compare"
               : job->replay.different_pictures == before ? "equal"
                                                          : "different");
    return CLI_OK;
}

static int do_chunk(struct job *job, const struct artem_recording_chunk *chunk)
{
    switch (chunk->kind) {
    case ARTEM_CHUNK_HEADER:
        return start(job, &chunk->u.header);
    case ARTEM_CHUNK_STYLE:
        return change_style(job, &chunk->u.style);
    case ARTEM_CHUNK_FRAME:
        return do_frame(job, &chunk->u.frame);
    case ARTEM_CHUNK_EVENT:
        if (job->verbose)
            printf("frame %" PRIu64 ": %s\n", chunk->u.event.frame, artem_decision_name(chunk->u.event.decision));
        return CLI_OK;
    case ARTEM_CHUNK_END:
        if (job->json)
            cJSON_AddStringToObject(job->root, "ended", chunk->u.end.reason);
        else
            printf("the recording ended: %s\n", chunk->u.end.reason);
        return CLI_OK;
    }
    return CLI_OK;
}

static void add_numbers(cJSON *root, const struct replay *r, bool whole)
{
    cJSON_AddBoolToObject(root, "whole", whole);
    cJSON_AddNumberToObject(root, "frames", (double)r->frames);
    cJSON_AddNumberToObject(root, "pictures", (double)r->pictures);
    cJSON_AddNumberToObject(root, "different_frames", (double)r->different_frames);
    cJSON_AddNumberToObject(root, "different_pictures", (double)r->different_pictures);
}

static int replay_all(struct job *job, struct artem_recording_reader *reader)
{
    struct artem_recording_chunk chunk;
    enum artem_result result;
    int status = CLI_OK;

    while (status == CLI_OK && (result = artem_recording_next(reader, &chunk)) == ARTEM_OK) {
        if (job->verbose || chunk.kind == ARTEM_CHUNK_END)
            progress_hide(&job->progress);
        status = do_chunk(job, &chunk);
        if (!job->verbose)
            show_progress(job, chunk.offset);
    }
    progress_hide(&job->progress);
    if (status != CLI_OK)
        return status;
    const struct replay *r = &job->replay;
    const bool whole = result == ARTEM_ERROR_NOT_FOUND;
    if (job->json) {
        add_numbers(job->root, r, whole);
    } else if (!whole) {
        printf("%" PRIu64 " frames before the fault, %" PRIu64 " of them different\n", r->frames, r->different_frames);
        fflush(stdout);
    } else if (r->different_frames > 0) {
        printf("different: %" PRIu64 " of %" PRIu64 " frames, %" PRIu64 " of %" PRIu64 " pictures\n",
               r->different_frames, r->frames, r->different_pictures, r->pictures);
    } else {
        printf("%" PRIu64 " frames, %" PRIu64 " pictures: equal\n", r->frames, r->pictures);
    }
    if (!whole)
        return unreadable(job->path, artem_recording_error(reader));
    return r->different_frames > 0 ? CLI_ERROR : CLI_OK;
}

// The file's size only serves the progress bar.
static uint64_t find_size(const char *path)
{
    char file[ARTEM_PATH_MAX + sizeof ARTEM_RECORDING_FILE];
    struct stat st;

    snprintf(file, sizeof file, "%.*s/" ARTEM_RECORDING_FILE, ARTEM_PATH_MAX - 1, path);
    return stat(file, &st) == 0 || stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int cmd_replay(int argc, char **argv)
{
    struct job job = {0};
    struct artem_recording_reader *reader = NULL;
    char error[256];

    int status = parse_options(argc, argv, &job);
    if (status != CLI_OK)
        return status;
    if (artem_recording_open(job.path, &reader, error, sizeof error) != ARTEM_OK)
        return unreadable(job.path, error);
    if (job.replay.out_folder && mkdir(job.replay.out_folder, 0777) != 0 && errno != EEXIST)
        status = unreadable(job.replay.out_folder, strerror(errno));
    job.file_size = find_size(job.path);
    if (job.json)
        job.root = json_begin(argv[0]);
    if (status == CLI_OK)
        status = replay_all(&job, reader);
    int written = job.json ? json_finish(job.root, false) : cli_finish_output();
    replay_free(&job.replay);
    artem_engine_destroy(&job.replay.engine);
    artem_network_unref(&job.network);
    artem_recording_close(&reader);
    return status == CLI_OK ? written : status;
}
