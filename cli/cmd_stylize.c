// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/file.h"
#include "cli.h"
#include "device_reports.h"
#include "image.h"
#include "json.h"
#include "progress.h"
#include "stylize.h"

static const char help[] =
    "usage: artem stylize IN OUT --style NAME [options]\n"
    "       artem stylize IN... --out-dir FOLDER --style NAME [options]\n\n"
    "Paints the picture IN (PNG or JPEG) in a style and writes OUT (.png, .jpg or .jpeg), or each IN into a folder "
    "under\n"
    "its own name; one that cannot be painted is named, and the others are.\n\n"
    "  --style NAME        one of those that artem styles lists\n"
    "  --blend-style NAME  a second style to mix in\n"
    "  --blend X           its share: 0 is the first style, 1 the second (0.5)\n"
    "  --resolution N      style pixels along the longer side, 64 to 2048; more means finer strokes (512)\n"
    "  --strength X        0 is the original, 1 the painting (1)\n"
    "  --keep-color X      0 takes the colours of the painting, 1 those of the original (0)\n"
    "  --keep-text X       how much writing and other fine, strong detail keeps its own brightness (0)\n"
    "  --backend NAME      what the network runs on: auto, cpu, vulkan or cuda (auto)\n"
    "  --threads N         threads of the CPU backend, 0 means automatic (0)\n"
    "  --devices LIST      several that share each picture, instead of --backend: cpu:0,vulkan:0,cuda:0, ...\n"
    "  --out-dir FOLDER    made where it is missing\n"
    "  --json              what was done, for programs\n\n"
    "At most 2^26 pixels. Alpha is kept in PNG. The orientation in a JPEG's EXIF data and colour profiles are not "
    "applied.";

struct job {
    struct stylize stylize;
    char **in;          // pictures
    int count;          // of them; with a folder
    const char *folder; // NULL: in[1] is where the one picture goes
    bool json;
    cJSON *list; // what was done, with json
};

static int parse_options(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"style", required_argument, NULL, 's'},
        {"blend-style", required_argument, NULL, 'b'},
        {"blend", required_argument, NULL, 'w'},
        {"resolution", required_argument, NULL, 'r'},
        {"strength", required_argument, NULL, 'x'},
        {"keep-color", required_argument, NULL, 'k'},
        {"keep-text", required_argument, NULL, 'l'},
        {"backend", required_argument, NULL, 'e'},
        {"threads", required_argument, NULL, 't'},
        {"devices", required_argument, NULL, 'd'},
        {"out-dir", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool has_style = false, has_blend = false;
    int option, result = CLI_OK;

    artem_settings_default(&job->stylize.settings);
    while (result == CLI_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            has_style = true;
            result = cli_set(argv[0], &job->stylize.settings, "style", optarg);
            break;
        case 'b':
            result = cli_set(argv[0], &job->stylize.settings, "blend_style", optarg);
            break;
        case 'w':
            has_blend = true;
            result = cli_set(argv[0], &job->stylize.settings, "blend", optarg);
            break;
        case 'r':
            result = cli_set(argv[0], &job->stylize.settings, "resolution", optarg);
            break;
        case 'x':
            result = cli_set(argv[0], &job->stylize.settings, "strength", optarg);
            break;
        case 'k':
            result = cli_set(argv[0], &job->stylize.settings, "keep_color", optarg);
            break;
        case 'l':
            result = cli_set(argv[0], &job->stylize.settings, "keep_text", optarg);
            break;
        case 'e':
            result = cli_set(argv[0], &job->stylize.settings, "backend", optarg);
            break;
        case 't':
            result = cli_set(argv[0], &job->stylize.settings, "threads", optarg);
            break;
        case 'd':
            result = cli_set(argv[0], &job->stylize.settings, "devices", optarg);
            break;
        case 'o':
            job->folder = optarg;
            break;
        case 'j':
            job->json = true;
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
    if (job->folder == NULL && argc - optind != 2)
        return cli_usage_error(argv[0], "expected two pictures, IN and OUT");
    if (job->folder != NULL && argc == optind)
        return cli_usage_error(argv[0], "expected pictures");
    if (has_blend && job->stylize.settings.blend_style[0] == '\0')
        return cli_usage_error(argv[0], "--blend needs --blend-style");
    if (!has_style)
        return cli_usage_error(argv[0], "--style is missing");
    job->in = argv + optind;
    job->count = job->folder != NULL ? argc - optind : 1;
    return CLI_OK;
}

// What the process held at most, in KiB; 0 where the system does not say. Not getrusage's: that counts what the process
// was before it became this program.
static unsigned long peak_kib(void)
{
    FILE *f = fopen("/proc/self/status", "re");
    char line[128];
    unsigned long kib = 0;

    while (f != NULL && kib == 0 && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "VmHWM: %lu", &kib) != 1)
            kib = 0;
    if (f != NULL)
        fclose(f);
    return kib;
}

static int describe(const struct job *job, const struct stylize_result *r, double total_ms)
{
    const struct artem_style *style = job->stylize.style;
    const unsigned long kib = peak_kib();
    char devices[256];

    if (job->json)
        return CLI_OK;
    printf("style    %s%s%s\n", job->stylize.settings.style, style->title[0] ? ": " : "", style->title);
    if (style->blend_weight > 0)
        printf("blend    %u/%d of %s\n", style->blend_weight, ARTEM_BLEND_ONE, style->blend_name);
    printf("picture  %u x %u, painted at %u x %u\n", r->width, r->height, r->style_width, r->style_height);
    printf("time     network %.1f ms, in all %.1f ms\n", r->network_ms, total_ms);
    device_reports_describe(job->stylize.engine, devices, sizeof devices);
    if (devices[0] != '\0')
        printf("devices  %s\n", devices);
    printf("memory   ");
    if (kib > 0)
        printf("%.1f MiB at most, ", (double)kib / 1024);
    printf("the network %.2f MiB\n", (double)r->network_bytes / (1 << 20));
    return cli_finish_output();
}

static void add_json(const struct job *job, const char *in, const char *out, const struct stylize_result *r)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "in", in);
    cJSON_AddStringToObject(o, "out", out);
    cJSON_AddNumberToObject(o, "width", r->width);
    cJSON_AddNumberToObject(o, "height", r->height);
    cJSON_AddNumberToObject(o, "style_width", r->style_width);
    cJSON_AddNumberToObject(o, "style_height", r->style_height);
    json_add_number(o, "network_ms", r->network_ms);
    cJSON_AddNumberToObject(o, "network_bytes", (double)r->network_bytes);
    device_reports_add(job->stylize.engine, o, "devices");
    cJSON_AddItemToArray(job->list, o);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static char *path_in_folder(const struct job *job, int i)
{
    char *path;

    return asprintf(&path, "%s/%s", job->folder, base_of(job->in[i])) >= 0 ? path : NULL;
}

// Whether one of them would take the place of another, or of itself: nobody has named the files that are written.
static int check_names(const struct job *job)
{
    int result = CLI_OK;

    for (int i = 0; i < job->count; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(base_of(job->in[i]), base_of(job->in[k])) == 0)
                return cli_error("%s and %s have one name: they cannot both go to %s", job->in[k], job->in[i],
                                 job->folder);
    for (int i = 0; i < job->count && result == CLI_OK; i++) {
        char *out = path_in_folder(job, i);
        if (out == NULL)
            result = cli_error("out of memory");
        const bool is_there = out != NULL && access(out, F_OK) == 0; // usually not, and nothing is compared
        for (int k = 0; is_there && k < job->count && result == CLI_OK; k++)
            result = cli_check_output(out, job->in[k]);
        free(out);
    }
    return result;
}

static int paint_folder(struct job *job)
{
    struct progress progress = {0};
    int result = CLI_OK, done = 0;
    const double start = stylize_now_ms();

    if (check_names(job) != CLI_OK)
        return CLI_ERROR;
    char inside[PATH_MAX];
    if (snprintf(inside, sizeof inside, "%s/", job->folder) >= (int)sizeof inside ||
        !artem_file_make_folders(inside, 0777))
        return cli_error("%s: cannot be made: %m", job->folder);
    if (!artem_file_has_room(inside))
        return cli_error("%s: %m", job->folder);
    for (int i = 0; i < job->count; i++) {
        struct stylize_result r = {0};
        char *out = path_in_folder(job, i);
        if (out == NULL)
            return cli_error("out of memory");
        progress_show(&progress, (double)i / job->count, "%d of %d: %s", i + 1, job->count, base_of(job->in[i]));
        if (!image_can_save(out) || stylize_picture(&job->stylize, job->in[i], out, &r) != CLI_OK) {
            progress_hide(&progress);
            result = CLI_ERROR;
        } else {
            done++;
            if (job->json)
                add_json(job, job->in[i], out, &r);
        }
        free(out);
    }
    progress_hide(&progress);
    if (!job->json)
        printf("%d of %d pictures in %s, %.1f s\n", done, job->count, job->folder, (stylize_now_ms() - start) / 1e3);
    return result;
}

static int paint_one(struct job *job)
{
    struct stylize_result r = {0};
    const double start = stylize_now_ms();
    const int result = stylize_picture(&job->stylize, job->in[0], job->in[1], &r);

    if (result == CLI_OK && job->json)
        add_json(job, job->in[0], job->in[1], &r);
    return result == CLI_OK ? describe(job, &r, stylize_now_ms() - start) : result;
}

int cmd_stylize(int argc, char **argv)
{
    struct job job = {0};
    int result = parse_options(argc, argv, &job);

    if (result != CLI_OK)
        return result;
    cJSON *root = job.json ? json_begin(argv[0]) : NULL;
    if (job.json) {
        cJSON_AddStringToObject(root, "style", job.stylize.settings.style);
        job.list = cJSON_AddArrayToObject(root, "pictures");
    }
    // What fails, fails before the work.
    if (job.folder == NULL && !image_can_save(job.in[1]))
        result = CLI_ERROR;
    if (result == CLI_OK)
        result = stylize_open(&job.stylize);
    if (result == CLI_OK)
        result = job.folder != NULL ? paint_folder(&job) : paint_one(&job);
    stylize_close(&job.stylize);
    const int printed = job.json ? json_finish(root, false) : cli_finish_output();
    return result == CLI_OK ? printed : result;
}
