using System.Diagnostics;
using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Goroutines;

/// <summary>
/// The managed stack of every thread at one moment: a session of the runtime's sampler that is ended as soon as it has looked once or a few times, and the list of methods at its end.
/// </summary>
/// <remarks>The sampler stops all managed threads while it walks their stacks: about once in a millisecond, for the few milliseconds that the session lasts before it is told to end.</remarks>
sealed class ThreadSamples : INettraceSink
{
    // The sampler's first look comes after a millisecond; on a busy machine later.
    static readonly TimeSpan[] Tries = [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)];

    // ThreadSampleType: 1 = native code, or waiting; 2 = managed code, running or ready to.
    const uint InManagedCode = 2;

    readonly Dictionary<long, (ulong[] Stack, bool InManagedCode, long Ticks)> _threads = [];
    readonly MethodMapBuilder _methods;

    ThreadSamples(DiagnosticPort port) => _methods = new(port);

    /// <summary>The last sample of each thread: addresses leaf first, of which the first is the running instruction, and whether it was in managed code.</summary>
    public IReadOnlyDictionary<long, (ulong[] Stack, bool InManagedCode, long Ticks)> Threads => _threads;

    /// <summary>The methods of the process.</summary>
    public MethodMap Methods { get; private set; } = MethodMap.Empty;

    /// <summary>How often all threads were stopped for it.</summary>
    public int Suspensions { get; private set; }

    /// <summary>The threads that read the session.</summary>
    public IReadOnlyList<int> Readers { get; private set; } = [];

    /// <summary>Looks.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached, or its sampler does not look.</exception>
    public static ThreadSamples Capture(DiagnosticPort port)
    {
        foreach (var wait in Tries)
        {
            var samples = new ThreadSamples(port);
            samples.Record(port, wait);
            if (samples._threads.Count > 0) return samples;
        }
        throw new InstrumentUnavailableException("The runtime's sampler of stacks did not look at any thread.", "Try again when the machine is less busy.");
    }

    void Record(DiagnosticPort port, TimeSpan wait)
    {
        using var recording = EventRecording.Start(port, new()
        {
            Providers = [new(EventProviders.Sampler, 0, EventLevel.Informational)], Rundown = true, RundownKeywords = MethodMapBuilder.RundownKeywords(), BufferMegabytes = 64,
        });
        recording.Wait(wait, CancellationToken.None);
        var end = recording.Stop();
        if (end.Problem.Length > 0) throw new InstrumentUnavailableException($"The stacks of the threads are not whole: {end.Problem}.");
        recording.Read(this);
        Readers = end.ReaderThreadIds;
        Methods = _methods.Build();
    }

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != EventProviders.Sampler)
        {
            _methods.OnEvent(e);
            return;
        }
        if (e.Payload.Length < sizeof(uint)) return;
        // A thread's second sample is of the next time that all were stopped.
        if (_threads.Count == 0 || _threads.ContainsKey(e.ThreadId) && e.ThreadId == _first) Suspensions++;
        if (_threads.Count == 0) _first = e.ThreadId;
        _threads[e.ThreadId] = (e.Stack.ToArray(), e.Read().ReadUInt32() == InManagedCode, e.Ticks);
    }

    long _first;
}
