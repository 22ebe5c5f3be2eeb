using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Vitrine.AspNetCore.Panics;

/// <summary>
/// Exceptions that the developer's exception page has caught: unlike the handler for production it leaves no feature with the request, but says so on the web framework's diagnostic listener. The guard,
/// which stands around it, finds them here.
/// </summary>
sealed class DeveloperPageFaults(DiagnosticListener listener) : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    // Written by DeveloperExceptionPageMiddleware with an anonymous type of httpContext, timestamp and exception.
    const string Caught = "Microsoft.AspNetCore.Diagnostics.UnhandledException";

    static readonly object s_key = new();

    IDisposable? _subscription;

    public void Start() => _subscription ??= listener.Subscribe(this, static name => name == Caught);

    /// <summary>What the page caught in this request; null for nothing.</summary>
    public static Exception? Of(HttpContext context) => context.Items.TryGetValue(s_key, out var exception) ? exception as Exception : null;

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: Caught, Value: { } payload } && Read(payload, "httpContext") is HttpContext context && Read(payload, "exception") is Exception exception)
            context.Items[s_key] = exception;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The page declares that the payload's public properties are kept.")]
    static object? Read(object payload, string property) => payload.GetType().GetProperty(property)?.GetValue(payload);

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription?.Dispose();
}
