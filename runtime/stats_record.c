// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "artem/stats.h"

const char *artem_decision_name(enum artem_decision decision)
{
    static const char *const names[ARTEM_DECISION_COUNT] = {
        [ARTEM_DECISION_STYLED] = "styled",
        [ARTEM_DECISION_DISABLED] = "disabled",
        [ARTEM_DECISION_WARMUP] = "warmup",
        [ARTEM_DECISION_BUDGET] = "budget",
        [ARTEM_DECISION_UNSUPPORTED] = "unsupported",
        [ARTEM_DECISION_ERROR] = "error",
        [ARTEM_DECISION_LATE] = "late",
    };
    return (unsigned)decision < ARTEM_DECISION_COUNT ? names[decision] : "unknown";
}

bool artem_decision_parse(const char *name, enum artem_decision *out_decision)
{
    for (int i = 0; i < ARTEM_DECISION_COUNT; i++)
        if (strcmp(name, artem_decision_name((enum artem_decision)i)) == 0) {
            *out_decision = (enum artem_decision)i;
            return true;
        }
    return false;
}

void artem_frame_record_init(struct artem_frame_record *out_record)
{
    memset(out_record, 0, sizeof *out_record);
    out_record->slack_ms = out_record->gpu_slack_ms = NAN;
    out_record->capture_left_ms = out_record->capture_right_ms = NAN;
    out_record->composite_left_ms = out_record->composite_right_ms = NAN;
    out_record->style_age_ms = out_record->overhead_ms = NAN;
}

bool artem_frame_record_missed(const struct artem_frame_record *record)
{
    return isless(record->slack_ms, 0) || isless(record->gpu_slack_ms, 0); // quiet: hosts may trap what NaN raises
}
