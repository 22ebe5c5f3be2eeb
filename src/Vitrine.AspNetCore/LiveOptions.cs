using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Vitrine.AspNetCore;

/// <summary>
/// The settings as they hold now: the last ones that could be read. Everything of Vitrine's asks here, because it runs inside the service's own requests: a mistyped value in the configuration of a running service must
/// leave all of them as they are. (<see cref="IOptionsMonitor{TOptions}"/> throws to whoever asks it, for as long as the value is wrong, and to whoever reloads the configuration.)
/// </summary>
sealed partial class LiveOptions : IDisposable
{
    readonly Lock _gate = new();
    readonly IOptionsFactory<VitrineOptions> _factory;
    readonly ILogger<LiveOptions> _logger;
    readonly List<IDisposable> _sources = [];
    readonly List<Action<VitrineOptions>> _listeners = [];
    volatile VitrineOptions _current;
    string? _problem;

    /// <exception cref="InvalidOperationException">The settings cannot be read; the message names the key. There are none of before: the service must not start.</exception>
    public LiveOptions(IOptionsFactory<VitrineOptions> factory, IEnumerable<IOptionsChangeTokenSource<VitrineOptions>> sources, ILogger<LiveOptions> logger)
    {
        (_factory, _logger) = (factory, logger);
        lock (_gate)
        {
            try
            {
                // Listening first: a change while they are read waits for the lock.
                foreach (var source in sources)
                    _sources.Add(ChangeToken.OnChange(source.GetChangeToken, Read));
                _current = factory.Create(Options.DefaultName);
            }
            catch (Exception e)
            {
                Dispose();
                throw new InvalidOperationException($"The section {VitrineOptions.Section} of the configuration cannot be read: {e.Message}", e);
            }
        }
    }

    /// <summary>What holds now. Never throws.</summary>
    public VitrineOptions Current => _current;

    /// <summary>Calls <paramref name="listener"/> with each change that could be read, one after the other, until the result is disposed.</summary>
    public IDisposable OnChange(Action<VitrineOptions> listener)
    {
        lock (_gate)
            _listeners.Add(listener);
        return new Subscription(this, listener);
    }

    // Runs where the configuration is reloaded: nothing is thrown there.
    void Read()
    {
        lock (_gate)
        {
            VitrineOptions now;
            try
            {
                now = _factory.Create(Options.DefaultName);
            }
            catch (Exception e)
            {
                // Once: a file that is saved is read more often than that.
                if (_problem != e.Message) LogKept(_logger, e.Message);
                _problem = e.Message;
                return;
            }
            (_current, _problem) = (now, null);
            foreach (var listener in _listeners.ToArray())
            {
                try
                {
                    listener(now);
                }
                catch (Exception e)
                {
                    LogNotApplied(_logger, e);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
    }

    sealed class Subscription(LiveOptions options, Action<VitrineOptions> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (options._gate)
                options._listeners.Remove(listener);
        }
    }

    [LoggerMessage(19, LogLevel.Error, "Vitrine's new settings cannot be read, those of before hold: {Problem}")]
    static partial void LogKept(ILogger logger, string problem);

    [LoggerMessage(20, LogLevel.Error, "A part of Vitrine has not taken the new settings, and goes on with those of before.")]
    static partial void LogNotApplied(ILogger logger, Exception exception);
}
