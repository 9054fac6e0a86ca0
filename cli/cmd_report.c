// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/file.h"
#include "cli.h"
#include "monado.h"
#include "report.h"

static const char help[] =
    "usage: artem report LOG [-o OUT.html] [--json] [--monado FILE]\n\n"
    "Turns a log of frames (log_file in artem.conf, CSV or JSON Lines) into one HTML page with numbers and plots.\n\n"
    "  -o, --output OUT.html  where to write it (LOG with .html as its ending)\n"
    "  --json                 prints the numbers as JSON instead\n"
    "  --monado FILE          Monado's own metrics beside them: what monado-service, with XRT_METRICS_FILE=FILE, wrote "
    "in\n"
    "                         the same session";

enum { REPORT_UNREADABLE = 2 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// LOG with another ending.
static bool default_out(const char *log, char out[PATH_MAX])
{
    const char *dot = strrchr(base_name(log), '.');
    size_t length = dot && dot != base_name(log) ? (size_t)(dot - log) : strlen(log);

    return snprintf(out, PATH_MAX, "%.*s.html", (int)length, log) < PATH_MAX;
}

// What was there stays until the page is whole; devices and pipes are written to.
static bool put_page(const char *path, const char *text, size_t size)
{
    struct stat st;
    const mode_t mask = umask(0);

    umask(mask);
    if (stat(path, &st) != 0)
        return artem_file_replace(path, text, size, 0666 & ~mask);
    if (S_ISREG(st.st_mode) && access(path, W_OK) == 0) {
        char real[PATH_MAX];
        return realpath(path, real) != NULL && artem_file_replace(real, text, size, st.st_mode & 0777);
    }
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return false;
    const bool written = fwrite(text, 1, size, file) == size;
    return fclose(file) == 0 && written;
}

static int write_page(const char *path, const char *log_path, const struct report_log *log,
                      const struct report_numbers *numbers, const struct monado_numbers *monado)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    int result = CLI_OK;

    bool good = file != NULL && report_write_page(file, base_name(log_path), log, numbers, monado);
    if (file != NULL && fclose(file) != 0)
        good = false;
    if (!good)
        result = cli_error("out of memory");
    else if (!put_page(path, text, size))
        result = cli_error("%s: cannot be written: %m", path);
    free(text);
    if (result != CLI_OK)
        return result;
    printf("%s: %zu frames\n", path, numbers->frames);
    return cli_finish_output();
}

int cmd_report(int argc, char **argv)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"monado", required_argument, NULL, 'm'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *out = NULL, *monado_path = NULL;
    char path[PATH_MAX];
    struct report_log log;
    struct report_numbers numbers;
    struct monado_log monado = {0};
    struct monado_numbers joined;
    bool json = false;
    int option;

    while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        if (option == 'o')
            out = optarg;
        else if (option == 'm')
            monado_path = optarg;
        else if (option == 'j')
            json = true;
        else if (option != 'h')
            return CLI_USAGE;
        else
            return puts(help), cli_finish_output();
    }
    if (argc - optind != 1)
        return cli_usage_error(argv[0], "expected one log");
    if (json && out)
        return cli_usage_error(argv[0], "--json prints; -o is for the page");
    if (!out && !default_out(argv[optind], path))
        return cli_usage_error(argv[0], "the path is too long");
    out = out ? out : path;
    if (!json && cli_same_file(out, argv[optind]))
        return cli_usage_error(argv[0], "%s is the log itself; name another file with -o", out);
    if (!json && monado_path && cli_same_file(out, monado_path))
        return cli_usage_error(argv[0], "%s is Monado's own file; name another with -o", out);

    if (!report_log_read(argv[optind], &log))
        return REPORT_UNREADABLE;
    if (monado_path && !monado_read(monado_path, &monado)) {
        report_log_free(&log);
        return REPORT_UNREADABLE;
    }
    const struct monado_numbers *beside = monado_path ? &joined : NULL;
    int result = CLI_OK;
    if (!report_count(&log, &numbers) || (monado_path && !monado_join(&log, &monado, &joined))) {
        result = cli_error("out of memory");
    } else if (json) {
        result = report_print_json(argv[0], &log, &numbers, beside);
    } else {
        result = write_page(out, argv[optind], &log, &numbers, beside);
    }
    monado_free(&monado);
    report_log_free(&log);
    return result;
}
