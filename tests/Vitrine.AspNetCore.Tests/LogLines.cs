using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Tests;

/// <summary>A logger of the built-in kind that keeps what it is told, with the scopes around it.</summary>
sealed class LogLines : ILoggerProvider, ISupportExternalScope
{
    IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<(string Category, LogLevel Level, string Text, Exception? Exception, Dictionary<string, string> Scopes)> Lines { get; } = [];

    public Dictionary<string, string> ScopesOf(string text) => Lines.Single(one => one.Text == text).Scopes;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    sealed class Logger(LogLines all, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => all._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Dictionary<string, string> scopes = [];
            all._scopes.ForEachScope(static (scope, found) =>
            {
                if (scope is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
                foreach (var (key, value) in pairs)
                    found[key] = value?.ToString() ?? "";
            }, scopes);
            all.Lines.Enqueue((category, logLevel, formatter(state, exception), exception, scopes));
        }
    }
}
