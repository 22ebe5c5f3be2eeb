using System.Globalization;
using Microsoft.Extensions.Logging;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>What the gate says while it runs, a line each on standard error: the guard's decisions, what was reloaded, and what went wrong. A service manager keeps it.</summary>
/// <param name="output">Where to.</param>
/// <param name="least">What is less important is left out.</param>
/// <param name="time">The clock.</param>
sealed class StandardErrorLog(TextWriter output, LogLevel least, TimeProvider time) : ILoggerFactory, ILogger
{
    readonly Lock _lock = new();

    /// <summary>Says a line.</summary>
    public void Say(string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {Terminal.Safe(text)}");
        lock (_lock)
            output.WriteLine(line);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        Say(exception is null ? formatter(state, null) : $"{formatter(state, null)} ({exception.GetType().Name}: {exception.Message})");
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Standard error is the only place.");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
