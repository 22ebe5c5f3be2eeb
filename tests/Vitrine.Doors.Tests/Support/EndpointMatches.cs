using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Vitrine.Doors.Tests.Support;

/// <summary>The requests at one port for which ASP.NET Core's own routing found something that answers: what it says to the debugger's and tracers' listeners, and so by no word of ours.</summary>
sealed class EndpointMatches : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    const string Matched = "Microsoft.AspNetCore.Routing.EndpointMatched";

    readonly IReadOnlyCollection<int> _ports;
    readonly ConcurrentQueue<string> _paths = [];
    readonly ConcurrentBag<IDisposable> _subscriptions = [];

    public EndpointMatches(params IReadOnlyCollection<int> ports)
    {
        _ports = ports;
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>Their paths.</summary>
    public IReadOnlyCollection<string> Paths => _paths;

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.AspNetCore") _subscriptions.Add(value.Subscribe(this, static name => name == Matched));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is HttpContext context && _ports.Contains(context.Connection.LocalPort)) _paths.Enqueue(context.Request.Path.Value ?? "");
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions) subscription.Dispose();
    }
}
