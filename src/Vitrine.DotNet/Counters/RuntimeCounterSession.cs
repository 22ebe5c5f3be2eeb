using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Counters;

/// <summary>
/// The counters that every .NET process keeps of itself (event source System.Runtime), asked for over its diagnostics port. While the session lasts, the process computes some thirty numbers once in each
/// interval, on a thread of its own; before and after it computes none. A process that was published without event sources has no counters: then none come. Safe for use by several threads.
/// </summary>
public sealed class RuntimeCounterSession : IDisposable
{
    // The first of the runtime's counters, once in each interval.
    const string FirstOfARound = "cpu-usage";

    readonly EventRecording _recording;
    readonly Sink _sink = new();

    RuntimeCounterSession(DiagnosticPort port, TimeSpan interval) => _recording = EventRecording.Start(port, new()
    {
        Providers = [new(EventProviders.RuntimeCounters, 0, EventLevel.Informational, string.Create(CultureInfo.InvariantCulture, $"EventCounterIntervalSec={interval.TotalSeconds:0.###}"))],
        Stacks = false,
        BufferMegabytes = 4,
        Live = _sink,
    });

    /// <summary>Starts a session.</summary>
    /// <param name="port">The process.</param>
    /// <param name="interval">Time between two values, from 0.1 s on.</param>
    /// <exception cref="Instruments.InstrumentUnavailableException">The runtime cannot be reached or refuses.</exception>
    public static RuntimeCounterSession Start(DiagnosticPort port, TimeSpan interval)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(0.1));
        return new(port, interval);
    }

    /// <summary>Rounds of values that have come in whole.</summary>
    public int Rounds => _sink.Rounds;

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded => _recording.HasEnded;

    /// <summary>The latest whole round, by name; empty before the first.</summary>
    public IReadOnlyDictionary<string, RuntimeCounter> Latest => _sink.Latest;

    /// <summary>What sums have grown by since the session's start, by name.</summary>
    public IReadOnlyDictionary<string, double> Totals => _sink.Totals();

    /// <summary>Waits for a number of rounds.</summary>
    /// <returns>False when they did not come in time.</returns>
    public bool WaitFor(int rounds, TimeSpan timeout, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (Rounds < rounds)
        {
            if (clock.Elapsed > timeout || HasEnded || cancellation.IsCancellationRequested) return false;
            cancellation.WaitHandle.WaitOne(20);
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _recording.Dispose();

    sealed class Sink : INettraceSink
    {
        // The runtime has about thirty; a process that says more than that says it for no reader.
        const int Most = 500;

        readonly Lock _lock = new();
        readonly Dictionary<string, double> _totals = new(StringComparer.Ordinal);
        Dictionary<string, RuntimeCounter> _current = new(StringComparer.Ordinal);
        volatile IReadOnlyDictionary<string, RuntimeCounter> _latest = new Dictionary<string, RuntimeCounter>();
        volatile int _rounds;

        public IReadOnlyDictionary<string, RuntimeCounter> Latest => _latest;

        public int Rounds => _rounds;

        public Dictionary<string, double> Totals()
        {
            lock (_lock) return new(_totals, StringComparer.Ordinal);
        }

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Provider != EventProviders.RuntimeCounters || e.Name != "EventCounters" || !RuntimeCounter.TryRead(e, out var counter)) return;
            // A round is whole when the next one begins.
            if (counter.Name == FirstOfARound && _current.Count > 0)
            {
                _latest = _current;
                _rounds++;
                _current = new(StringComparer.Ordinal);
            }
            if (_current.Count >= Most) return;
            _current[counter.Name] = counter;
            if (!counter.IsSum) return;
            lock (_lock) _totals[counter.Name] = _totals.GetValueOrDefault(counter.Name) + counter.Value;
        }
    }
}
