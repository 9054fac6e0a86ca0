// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "doctor/doctor.h"
#include "json.h"

static const char help[] =
    "usage: artem doctor [--json] [PROGRAM]\n\n"
    "Looks for what keeps apps from being painted: the environment, the loader's folders and every layer in them, the\n"
    "OpenXR runtime, Vulkan and CUDA, the settings, and a dry run of an OpenXR program with instance and session; says "
    "of\n"
    "each fault how to mend it. With a PROGRAM, also what about that keeps the layer out: 32 bits, rights of its own,\n"
    "settings.\n"
    "Exit status: 0 if nothing is wrong, 1 otherwise.";

void doctor_say(struct doctor *doctor, const char *check, enum verdict verdict, const char *fix, const char *format,
                ...)
{
    static const char *const words[] = {"good", "note", "bad"};
    static const char *const signs[] = {"ok   ", "note ", "BAD  "};
    char text[4096 + 1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    doctor->notes += verdict == DOCTOR_NOTE;
    doctor->faults += verdict == DOCTOR_BAD;
    if (doctor->json) {
        cJSON *finding = cJSON_CreateObject();
        cJSON_AddStringToObject(finding, "check", check);
        cJSON_AddStringToObject(finding, "verdict", words[verdict]);
        cJSON_AddStringToObject(finding, "text", text);
        if (fix != NULL)
            cJSON_AddStringToObject(finding, "fix", fix);
        cJSON_AddItemToArray(doctor->list, finding);
        return;
    }
    printf("%s %-11s %s\n", signs[verdict], check, text);
    if (fix != NULL)
        printf("      fix:        %s\n", fix);
}

int cmd_doctor(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct doctor doctor = {0};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return puts(help), cli_finish_output();
        if (option != 'j')
            return CLI_USAGE; // getopt has said why
        doctor.json = true;
    }
    if (argc - optind > 1)
        return cli_usage_error(argv[0], "unexpected '%s'", argv[optind + 1]);
    cJSON *root = json_begin(argv[0]);
    doctor.list = cJSON_AddArrayToObject(root, "findings");
    doctor_check_environment(&doctor);
    doctor_check_manifests(&doctor);
    doctor_check_runtime(&doctor);
    doctor_check_vulkan(&doctor);
    doctor_check_cuda(&doctor);
    doctor_check_settings(&doctor);
    if (optind < argc)
        doctor_check_program(&doctor, argv[optind]);
    doctor_check_loader(&doctor);
    if (doctor.json) {
        cJSON_AddNumberToObject(root, "faults", doctor.faults);
        cJSON_AddNumberToObject(root, "notes", doctor.notes);
    } else {
        printf("%u faults, %u notes\n", doctor.faults, doctor.notes);
        cJSON_Delete(root);
    }
    const int printed = doctor.json ? json_finish(root, false) : cli_finish_output();
    return doctor.faults > 0 ? CLI_ERROR : printed;
}
