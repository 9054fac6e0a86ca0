// SPDX-License-Identifier: Apache-2.0
#include "desktop.h"
#include "log.h"
#include "options.h"
#include "stop.h"
#include "xr_app.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    struct demo_options options;
    struct scene *scene;
    int status = 1;
    switch (options_parse(argc, argv, &options)) {
    case OPTIONS_HELP:
        return 0;
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    demo_set_verbose(options.verbose);
    stop_on_signals();
    scene = malloc(sizeof *scene);
    if (!scene)
        demo_error("no memory for the scene");
    else if (scene_load(options.scene, scene))
        status = options.desktop ? desktop_run(&options, scene) : xr_app_run(&options, scene);
    free(scene);
    return status && demo_refused() ? 3 : status;
}
