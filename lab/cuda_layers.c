// SPDX-License-Identifier: Apache-2.0
#include "cuda_layers.h"

enum { ALGORITHMS = 8 };
static const size_t workspace_most = (size_t)1 << 30;
static const float one = 1, zero = 0;

struct cuda_view cuda_planes(CUdeviceptr data, uint32_t channels, uint32_t height, uint32_t width)
{
    return (struct cuda_view){data, channels, height, width, (uint64_t)height * width, width, 1};
}

struct cuda_view cuda_pixels(CUdeviceptr data, uint32_t channels, uint32_t height, uint32_t width)
{
    return (struct cuda_view){data, channels, height, width, 1, (uint64_t)width * channels, channels};
}

struct cuda_view cuda_part(const struct cuda_view *v, uint32_t x, uint32_t y, uint32_t height, uint32_t width,
                           uint32_t step)
{
    return (struct cuda_view){v->data + (y * v->row_step + x * v->column_step) * sizeof(float),
                              v->channels,
                              height,
                              width,
                              v->channel_step,
                              v->row_step * step,
                              v->column_step * step};
}

// Puts it into one of the device's descriptions.
static int describe(const struct cuda_device *d, int tensor, const struct cuda_view *v)
{
    const uint64_t planes = v->channel_step * v->channels, rows = v->row_step * v->height;

    return d->api.cudnnSetTensor4dDescriptorEx(d->tensor[tensor], CUDA_API_FLOAT, 1, (int)v->channels, (int)v->height,
                                               (int)v->width, (int)(planes > rows ? planes : rows),
                                               (int)v->channel_step, (int)v->row_step, (int)v->column_step);
}

enum artem_result cuda_blend(struct cuda_device *d, float scale, const struct cuda_view *from, float keep,
                             const struct cuda_view *to)
{
    int status = describe(d, 0, from);

    if (status == 0)
        status = describe(d, 1, to);
    if (status == 0)
        status = d->api.cudnnTransformTensor(d->cudnn, &scale, d->tensor[0], from->data, &keep, d->tensor[1], to->data);
    return cuda_cudnn_result(d, status, "adding tensors");
}

// ---- Convolutions ----

// Its input is the first tensor, its output the second.
static int describe_conv(const struct cuda_device *d, const struct cuda_conv *c)
{
    const struct cuda_view in = cuda_planes(0, c->inputs, c->height, c->width),
                           out = cuda_planes(0, c->outputs, c->height, c->width);
    int status = describe(d, 0, &in);

    if (status == 0)
        status = describe(d, 1, &out);
    return status == 0 ? d->api.cudnnSetFilter4dDescriptor(d->filter, CUDA_API_FLOAT, CUDA_API_NCHW, (int)c->outputs,
                                                           (int)c->inputs, 3, 3)
                       : status;
}

// The first, which is the fastest, that computes in 32-bit floats and does not need too much memory; else -1.
static int choose(const struct cuda_api_algorithm *found, int count, size_t *workspace)
{
    for (int i = 0; i < count; i++)
        if (found[i].status == 0 && found[i].memory <= workspace_most &&
            (found[i].math_type == CUDA_API_DEFAULT_MATH || found[i].math_type == CUDA_API_FMA_MATH)) {
            *workspace = found[i].memory > *workspace ? found[i].memory : *workspace;
            return found[i].algorithm;
        }
    return -1;
}

enum artem_result cuda_conv_choose(struct cuda_device *d, bool has_backward, struct cuda_conv *c)
{
    struct cuda_api_algorithm found[ALGORITHMS];
    int count = 0, status = describe_conv(d, c);

    c->workspace = 0;
    if (status == 0)
        status = d->api.cudnnGetConvolutionForwardAlgorithm_v7(d->cudnn, d->tensor[0], d->filter, d->convolution,
                                                               d->tensor[1], ALGORITHMS, &count, found);
    c->forward = status == 0 ? choose(found, count, &c->workspace) : -1;
    if (status == 0 && has_backward) {
        status = d->api.cudnnGetConvolutionBackwardDataAlgorithm_v7(d->cudnn, d->filter, d->tensor[1], d->convolution,
                                                                    d->tensor[0], ALGORITHMS, &count, found);
        c->backward = status == 0 ? choose(found, count, &c->workspace) : -1;
    }
    const enum artem_result result = cuda_cudnn_result(d, status, "convolutions cannot be chosen");
    if (result == ARTEM_OK && (c->forward < 0 || (has_backward && c->backward < 0)))
        return cuda_cudnn_result(d, CUDA_API_NOT_SUPPORTED, "convolutions in 32-bit floats");
    return result;
}

enum artem_result cuda_conv_forward(struct cuda_device *d, const struct cuda_conv *c, CUdeviceptr in, CUdeviceptr out)
{
    const struct cuda_view bias = cuda_planes(0, c->outputs, 1, 1);
    int status = describe_conv(d, c);

    if (status == 0)
        status = d->api.cudnnConvolutionForward(d->cudnn, &one, d->tensor[0], in, d->filter, d->layer[c->layer].weights,
                                                d->convolution, c->forward, d->workspace, d->workspace_bytes, &zero,
                                                d->tensor[1], out);
    if (status == 0)
        status = describe(d, 2, &bias);
    if (status == 0)
        status = d->api.cudnnAddTensor(d->cudnn, &one, d->tensor[2], d->layer[c->layer].bias, &one, d->tensor[1], out);
    if (status == 0)
        status = d->api.cudnnActivationForward(d->cudnn, d->relu, &one, d->tensor[1], out, &zero, d->tensor[1], out);
    return cuda_cudnn_result(d, status, "a convolution");
}

// Gradients of what is above zero, in place or not.
static int mask(const struct cuda_device *d, int tensor, CUdeviceptr values, CUdeviceptr grad, CUdeviceptr out)
{
    void *t = d->tensor[tensor];

    return d->api.cudnnActivationBackward(d->cudnn, d->relu, &one, t, values, t, grad, t, values, &zero, t, out);
}

enum artem_result cuda_conv_backward(struct cuda_device *d, const struct cuda_conv *c, CUdeviceptr out,
                                     CUdeviceptr grad, CUdeviceptr grad_in)
{
    int status = describe_conv(d, c);

    if (status == 0)
        status = mask(d, 1, out, grad, grad);
    if (status == 0)
        status = d->api.cudnnConvolutionBackwardData(d->cudnn, &one, d->filter, d->layer[c->layer].weights,
                                                     d->tensor[1], grad, d->convolution, c->backward, d->workspace,
                                                     d->workspace_bytes, &zero, d->tensor[0], grad_in);
    return cuda_cudnn_result(d, status, "a convolution's gradient");
}

// ---- Pooling ----

static struct cuda_view pooled(const struct cuda_view *in, CUdeviceptr out)
{
    return cuda_planes(out, in->channels, in->height / 2, in->width / 2);
}

enum artem_result cuda_pool_forward(struct cuda_device *d, bool average, const struct cuda_view *in, CUdeviceptr out)
{
    const struct cuda_view to = pooled(in, out);
    int status = describe(d, 0, in);

    if (status == 0)
        status = describe(d, 1, &to);
    if (status == 0)
        status = d->api.cudnnPoolingForward(d->cudnn, d->pooling[average], &one, d->tensor[0], in->data, &zero,
                                            d->tensor[1], out);
    return cuda_cudnn_result(d, status, "a pooling");
}

// The places of a 2 x 2 window one after the other: a place that is below the largest value leaves the gradient to the
// next ones, the first other one takes it. rest = grad where largest - place > 0; grad - rest is the place's; and so
// on.
static enum artem_result max_backward(struct cuda_device *d, const struct cuda_view *in, CUdeviceptr out,
                                      CUdeviceptr grad, CUdeviceptr grad_in, const CUdeviceptr scratch[2])
{
    const struct cuda_view largest = pooled(in, out), below = pooled(in, scratch[0]),
                           all = cuda_planes(grad_in, in->channels, in->height, in->width);
    struct cuda_view left = pooled(in, grad), rest = pooled(in, scratch[1]);
    enum artem_result result = cuda_clear(d, grad_in, (uint64_t)in->channels * in->height * in->width);

    for (uint32_t place = 0; place < 4 && result == ARTEM_OK; place++) {
        const uint32_t x = place % 2, y = place / 2;
        const struct cuda_view from = cuda_part(in, x, y, largest.height, largest.width, 2),
                               to = cuda_part(&all, x, y, largest.height, largest.width, 2);
        if (place < 3) {
            result = cuda_blend(d, -1, &from, 0, &below);
            if (result == ARTEM_OK)
                result = cuda_blend(d, 1, &largest, 1, &below);
            if (result == ARTEM_OK) // the second description is of a tensor like these
                result = cuda_cudnn_result(d, mask(d, 1, below.data, left.data, rest.data), "a pooling's gradient");
            if (result == ARTEM_OK)
                result = cuda_blend(d, -1, &rest, 1, &left);
        }
        if (result == ARTEM_OK)
            result = cuda_blend(d, 1, &left, 0, &to);
        const struct cuda_view swapped = left;
        left = rest;
        rest = swapped;
    }
    return result;
}

enum artem_result cuda_pool_backward(struct cuda_device *d, bool average, const struct cuda_view *in, CUdeviceptr out,
                                     CUdeviceptr grad, CUdeviceptr grad_in, const CUdeviceptr scratch[2])
{
    const struct cuda_view to = pooled(in, out);

    if (!average)
        return max_backward(d, in, out, grad, grad_in, scratch);
    int status = describe(d, 0, in);
    if (status == 0)
        status = describe(d, 1, &to);
    if (status == 0)
        status = d->api.cudnnPoolingBackward(d->cudnn, d->pooling[1], &one, d->tensor[1], out, d->tensor[1], grad,
                                             d->tensor[0], in->data, &zero, d->tensor[0], grad_in);
    return cuda_cudnn_result(d, status, "a pooling's gradient");
}

// ---- Matrices: rows of [channels][cells] are columns to cuBLAS ----

enum artem_result cuda_gram(struct cuda_device *d, CUdeviceptr in, uint64_t cells, uint32_t channels, float scale,
                            CUdeviceptr gram)
{
    const int n = (int)channels, k = (int)cells;

    return cuda_cublas_result(
        d, d->api.cublasSgemm_v2(d->cublas, CUDA_API_T, CUDA_API_N, n, n, k, &scale, in, k, in, k, &zero, gram, n),
        "a Gram matrix");
}

enum artem_result cuda_product(struct cuda_device *d, CUdeviceptr in, uint64_t cells, uint32_t channels,
                               CUdeviceptr matrix, float scale, CUdeviceptr out)
{
    const int n = (int)channels, m = (int)cells;

    return cuda_cublas_result(
        d, d->api.cublasSgemm_v2(d->cublas, CUDA_API_N, CUDA_API_N, m, n, n, &scale, in, m, matrix, n, &zero, out, m),
        "a Gram matrix's gradient");
}

enum artem_result cuda_square_sum(struct cuda_device *d, CUdeviceptr in, uint64_t values, double *out)
{
    float sum = 0;
    const enum artem_result result =
        cuda_cublas_result(d, d->api.cublasSdot_v2(d->cublas, (int)values, in, 1, in, 1, &sum), "a sum");

    *out = (double)sum;
    return result;
}
