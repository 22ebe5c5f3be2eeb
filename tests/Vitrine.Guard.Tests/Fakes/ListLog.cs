using Microsoft.Extensions.Logging;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>Keeps what was logged.</summary>
sealed class ListLog : ILogger
{
    readonly Lock _lock = new();
    readonly List<string> _lines = [];

    public string[] Lines
    {
        get { lock (_lock) return [.. _lines]; }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock) _lines.Add($"{formatter(state, exception)} {exception}");
    }
}
