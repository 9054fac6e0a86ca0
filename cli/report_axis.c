// SPDX-License-Identifier: Apache-2.0
#include "report_axis.h"

#include <math.h>

#include "report.h"

struct report_axis report_axis_make(double top, int labels, bool round_up, const char *unit)
{
    double least = (top > 0 ? top : 1) / labels, step = pow(10, floor(log10(least)));

    if (step * 5 < least)
        step *= 10;
    else if (step * 2 < least)
        step *= 5;
    else if (step < least)
        step *= 2;
    top = top > 0 ? top : 1;
    return (struct report_axis){.top = round_up ? step * ceil(top / step - 1e-9) : top, .step = step, .unit = unit};
}

static int count_labels(const struct report_axis *axis)
{
    return (int)(axis->top / axis->step + 0.0001) + 1;
}

double report_plot_y(const struct report_axis *y, double value)
{
    double share = value / y->top;
    return PLOT_HEIGHT * (1 - (share > 1 ? 1 : share < 0 ? 0 : share));
}

void report_plot_open(FILE *out, const char *title, const char *text, const struct report_axis *y)
{
    fprintf(out, "<figure class=\"plot\">\n<figcaption><h3>%s</h3><p>%s</p></figcaption>\n<div class=\"frame\">", title,
            text);
    for (int i = 0; i < count_labels(y); i++)
        fprintf(out, "<span class=\"y\" style=\"bottom:%.2f%%\">%g%s</span>", 100 * i * y->step / y->top, i * y->step,
                y->unit);
    fprintf(out,
            "\n<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">\n<path "
            "class=\"grid\" d=\"",
            PLOT_WIDTH, PLOT_HEIGHT, title);
    for (int i = 0; i < count_labels(y); i++)
        fprintf(out, "M0 %.1fH%d", report_plot_y(y, i * y->step), PLOT_WIDTH);
    fputs("\"/>\n", out);
}

void report_plot_labels(FILE *out, const struct report_axis *x)
{
    fputs("<div class=\"x\">", out);
    for (int i = 0; i < count_labels(x); i++)
        fprintf(out, "<span%s style=\"left:%.2f%%\">%g%s</span>", i % 2 ? " class=\"odd\"" : "",
                100 * i * x->step / x->top, i * x->step, x->unit);
    fputs("</div>\n", out);
}

void report_plot_close(FILE *out, const struct report_axis *x)
{
    fputs("</svg></div>\n", out);
    report_plot_labels(out, x);
    fputs("</figure>\n", out);
}
