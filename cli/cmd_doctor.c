// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "doctor/doctor.h"
#include "json.h"

static const char help[] =
    "usage: artem doctor [--json]\n\n"
    "Looks for what keeps apps from being painted: the environment, the loader's folders and every layer in them, the\n"
    "OpenXR runtime, Vulkan, the settings, and a dry run of an OpenXR program; says of each fault how to mend it.\n"
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
    struct doctor doctor = {0};
    const int parsed = cli_parse_json(argc, argv, help, &doctor.json);

    if (parsed != CLI_OK)
        return parsed < 0 ? cli_finish_output() : parsed;
    cJSON *root = json_begin(argv[0]);
    doctor.list = cJSON_AddArrayToObject(root, "findings");
    doctor_check_environment(&doctor);
    doctor_check_manifests(&doctor);
    doctor_check_runtime(&doctor);
    doctor_check_vulkan(&doctor);
    doctor_check_settings(&doctor);
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
