using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Vitrine.Grpc.Framing;
using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc;

/// <summary>
/// From an HTTP request to a call and back: is this gRPC over HTTP/2, how long may it take, is there room; then the handler; then the status. Protocol: doc/PROTOCOL-HTTP2.md of the gRPC project.
/// </summary>
sealed class CallRunner(GrpcLimits limits, TimeProvider time, ILogger log, CancellationToken stopping)
{
    /// <summary>Answers a call.</summary>
    /// <param name="context">The request.</param>
    /// <param name="method">Its method.</param>
    /// <param name="places">The places of that method.</param>
    public async Task Run(HttpContext context, GrpcMethod method, CallPlaces places)
    {
        if (!await IsGrpc(context)) return;
        var timeout = limits.MaximumDuration;
        if (BadTimeout(context.Request.Headers[GrpcHeaders.Timeout], ref timeout) is { } bad)
        {
            StatusTrailers.Set(context.Response, bad);
            return;
        }
        await Run(context, method, places, timeout);
    }

    /// <summary>Answers a call of a method that the service does not have.</summary>
    public static async Task RunUnknown(HttpContext context, string service)
    {
        if (await IsGrpc(context)) StatusTrailers.Set(context.Response, new(GrpcStatusCode.Unimplemented, $"{service} has no such method."));
    }

    async Task Run(HttpContext context, GrpcMethod method, CallPlaces places, TimeSpan timeout)
    {
        Prepare(context, method);
        using var deadline = new CancellationTokenSource(timeout, time);
        // Never disposed of: a source without a timer holds nothing, and who takes the place away may come when the call has just ended.
        var cut = new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted, stopping, cut.Token);
        using var answer = new AnswerStream(context, limits, time, over.Token);
        var call = new GrpcCall(context, method.Service, method.Name, time.GetUtcNow() + timeout, over.Token);
        var reader = new MessageReader(context.Request.BodyReader, context.Request.Headers[GrpcHeaders.Encoding] is [{ } encoding, ..] ? encoding : null, limits.MaximumRequestBytes);
        var handling = Handle(method, new GrpcExchange(call, reader, answer, places, cut, limits, time));

        // The caller hears that its time is over when it is, and not when the handler has noticed.
        await Task.WhenAny(handling, Cancelled(over.Token));
        await answer.End(handling.IsCompleted ? await handling : WhyOver());
        // The request is the handler's until it has ended.
        await handling;

        async Task<GrpcStatus> Handle(GrpcMethod method, GrpcExchange exchange)
        {
            try
            {
                await method.Run(exchange);
                return GrpcStatus.Ok;
            }
            catch (Exception) when (over.IsCancellationRequested)
            {
                return WhyOver();
            }
            catch (Exception e)
            {
                return Status(e, method);
            }
        }

        GrpcStatus WhyOver() =>
            context.RequestAborted.IsCancellationRequested ? new(GrpcStatusCode.Cancelled, "The caller has taken the call back.")
            : cut.IsCancellationRequested ? new(GrpcStatusCode.Unavailable, "Others call, too, and this call was the oldest of its address: it made room. Call again.")
            : stopping.IsCancellationRequested ? new(GrpcStatusCode.Unavailable, "The service stops.")
            : new(GrpcStatusCode.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture, $"The call took longer than the {timeout.TotalSeconds:0.###} seconds that it had."));
    }

    GrpcStatus Status(Exception e, GrpcMethod method)
    {
        switch (e)
        {
            case GrpcException known:
                return known.Status;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new(GrpcStatusCode.ResourceExhausted, "The request is longer than the server takes.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return new(GrpcStatusCode.DeadlineExceeded, "The request came too slowly.");
            case BadHttpRequestException:
                return new(GrpcStatusCode.Internal, "The request is broken.");
            case OperationCanceledException or ConnectionResetException or ConnectionAbortedException:
                return new(GrpcStatusCode.Cancelled, "The call was given up.");
            default:
                // What went wrong inside is nobody's business outside.
                GrpcLog.HandlerFailed(log, e, method.Service, method.Name);
                return new(GrpcStatusCode.Internal, "The call failed: the service's log has the reason.");
        }
    }

    static void Prepare(HttpContext context, GrpcMethod method)
    {
        // Calls have their own times, and an answer's messages go out as they are written.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // A caller that keeps its stream open to ask later is not a slow one; how long it may be silent is in the limits.
        if (method.ClientStreams && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    static Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled);
        return cancelled.Task;
    }

    static async Task<bool> IsGrpc(HttpContext context)
    {
        if (GrpcContentType.Accept(context.Request.ContentType) is not { } type)
        {
            await Refuse(context, StatusCodes.Status415UnsupportedMediaType, "This is a gRPC service: it takes application/grpc and application/grpc+proto, from a gRPC client.");
            return false;
        }
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Upgrade = "HTTP/2";
            await Refuse(context, StatusCodes.Status426UpgradeRequired,
                $"gRPC needs HTTP/2, and this request came over {context.Request.Protocol}: set the endpoint's protocols to Http2, or to Http1AndHttp2 with TLS, and let no proxy on the way change them.");
            return false;
        }
        context.Response.ContentType = type;
        context.Response.Headers[GrpcHeaders.AcceptEncoding] = MessageEncoding.Accepted;
        return true;
    }

    static Task Refuse(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    // The protocol does not say what a broken one is; as in grpc-go it is a broken request.
    static GrpcStatus? BadTimeout(StringValues header, ref TimeSpan timeout)
    {
        if (header.Count == 0) return null;
        if (header is not [{ } text] || !GrpcTimeout.TryParse(text, out var asked))
            return new(GrpcStatusCode.Internal, "The header grpc-timeout is none: it has one to eight digits and one of H, M, S, m, u, n.");
        if (asked <= TimeSpan.Zero) return new(GrpcStatusCode.DeadlineExceeded, "The deadline had passed when the call came.");
        if (asked < timeout) timeout = asked;
        return null;
    }
}
