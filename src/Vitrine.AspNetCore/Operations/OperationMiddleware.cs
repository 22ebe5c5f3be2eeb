using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vitrine.DotNet.Labels;

namespace Vitrine.AspNetCore.Operations;

/// <summary>Gives each request its <see cref="LogicalOperation"/>: ambient, on its Activity, as a log scope; and its method as a label of profiles.</summary>
sealed class OperationMiddleware(RequestDelegate next, ILogger<OperationMiddleware> logger, LiveOptions options)
{
    const string IdTag = "vitrine.operation.id", StartTag = "vitrine.request.start";

    // Others are named alike, as the conventions for HTTP do: a caller must not make up labels.
    static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY"];

    // Ambient values that an async method sets are gone for its caller when it returns: nothing has to be put back.
    public async Task InvokeAsync(HttpContext context)
    {
        var now = options.Current.Operations;
        if (now.ProfileLabels) ProfileLabels.Scope((RouteLabel.MethodKey, Method(context.Request.Method)));
        if (!now.Enabled)
        {
            await next(context);
            return;
        }
        // The host makes an Activity when anybody logs or listens; when nobody does, the request still has a trace.
        using var own = Activity.Current is null ? Start(context.Request) : null;
        var activity = Activity.Current!;
        var startedAt = new DateTimeOffset(activity.StartTimeUtc, TimeSpan.Zero);
        var operation = new LogicalOperation(Method(context.Request.Method), activity.TraceId.ToHexString(), ActivitySpanId.CreateRandom().ToHexString(), startedAt, parent: null);
        LogicalOperation.Current = operation;
        activity.SetTag(IdTag, operation.Id);
        activity.SetTag(StartTag, operation.RequestStart);
        using (logger.BeginScope(operation))
            await next(context);
    }

    static Activity Start(HttpRequest request)
    {
        var activity = new Activity("Vitrine.Request").SetIdFormat(ActivityIdFormat.W3C);
        DistributedContextPropagator.Current.ExtractTraceIdAndState(request.Headers,
            static (object? headers, string name, out string? value, out IEnumerable<string>? values) =>
            {
                values = null;
                value = ((IHeaderDictionary)headers!)[name];
            }, out var parent, out var state);
        // What is not a traceparent begins no trace of another's making.
        if (parent is not null && ActivityContext.TryParse(parent, state, isRemote: true, out var caller))
        {
            activity.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
            activity.TraceStateString = state;
        }
        return activity.Start();
    }

    static string Method(string method) => Array.Find(s_methods, one => one.Equals(method, StringComparison.OrdinalIgnoreCase)) ?? "_OTHER";
}
