using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vitrine.DotNet.Labels;

namespace Vitrine.AspNetCore.Operations;

/// <summary>
/// Labels the work of a request with the pattern of its route as soon as routing has found it, wherever in the pipeline that is: the web framework says so on its diagnostic listener, inside the request.
/// A pattern is one of those that the service wrote itself; the path, which callers choose, is never a label.
/// </summary>
sealed class RouteLabel(DiagnosticListener listener, LiveOptions options) : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    public const string RouteKey = "http.route", MethodKey = "http.request.method";

    // Written by EndpointRoutingMiddleware with the HttpContext.
    const string EndpointMatched = "Microsoft.AspNetCore.Routing.EndpointMatched";

    IDisposable? _subscription;

    public void Start() => _subscription ??= listener.Subscribe(this, static name => name == EndpointMatched);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (ProfileLabels.IsRead && value is { Key: EndpointMatched, Value: HttpContext context }
            && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { Length: > 0 } pattern }
            && options.Current.Operations.ProfileLabels)
            ProfileLabels.Scope((RouteKey, pattern));   // ends with the request, whose async method began it
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription?.Dispose();
}
