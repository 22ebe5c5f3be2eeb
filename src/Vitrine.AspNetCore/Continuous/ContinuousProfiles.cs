using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Vitrine.DotNet.Contention;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Continuous;

/// <summary>Keeps the profiles that <see cref="VitrineOptions.Continuous"/> names growing; a change of the options begins and ends them while the service runs.</summary>
sealed partial class ContinuousProfiles : IDisposable
{
    readonly Lock _gate = new();
    readonly InstrumentRegistry _instruments;
    readonly ILogger<ContinuousProfiles> _logger;
    readonly Dictionary<string, Accumulation> _running = new(StringComparer.Ordinal);
    readonly IDisposable? _change;
    readonly LiveOptions _options;
    bool _setMutex, _disposed;

    public ContinuousProfiles(InstrumentRegistry instruments, LiveOptions options, ILogger<ContinuousProfiles> logger)
    {
        (_instruments, _options, _logger) = (instruments, options, logger);
        _change = options.OnChange(Apply);
    }

    /// <summary>Begins what the options name.</summary>
    public void Start() => Apply(_options.Current);

    /// <summary>The profile that has grown since it was switched on; false when it is not.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out Accumulation accumulation)
    {
        lock (_gate)
            return _running.TryGetValue(name, out accumulation);
    }

    void Apply(VitrineOptions options)
    {
        lock (_gate)
        {
            if (_disposed) return;
            foreach (var name in _running.Keys.Where(name => !IsWanted(name, options)).ToList())
            {
                _running.Remove(name, out var ended);
                ended!.Dispose();
            }
            // The one that grows by itself once it has a fraction. Setting the same again changes nothing.
            if (_instruments.TryGet("mutex", out var mutex) && mutex is MutexProfile locks && (IsWanted("mutex", options) || _setMutex))
            {
                _setMutex = IsWanted("mutex", options);
                locks.SetFraction(_setMutex ? Math.Max(1, options.MutexFraction) : 0);
            }
            foreach (var name in options.Continuous.Keys.Where(name => IsWanted(name, options) && !_running.ContainsKey(name)))
            {
                if (!_instruments.TryGet(name, out var instrument)) LogNothing(_logger, name);
                else if (instrument is IProfileInstrument) continue;   // grows by itself
                else if (instrument is IFlowRecorder recorder) _running[name] = new(recorder, Accumulation.Window, _logger);
                else LogCannot(_logger, name);
            }
        }
    }

    // Nothing is watched while the doors are shut: there would be nobody to show it to.
    static bool IsWanted(string name, VitrineOptions options) => options.Enabled && options.IsOn(name) && options.Continuous.TryGetValue(name, out var wanted) && wanted;

    public void Dispose()
    {
        _change?.Dispose();
        lock (_gate)
        {
            _disposed = true;
            foreach (var one in _running.Values) one.Dispose();
            _running.Clear();
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "Vitrine:Continuous:{Name} is set, but there is no profile of that name.")]
    static partial void LogNothing(ILogger logger, string name);

    [LoggerMessage(12, LogLevel.Warning, "Vitrine:Continuous:{Name} is set, but that profile cannot be watched all the time.")]
    static partial void LogCannot(ILogger logger, string name);
}
