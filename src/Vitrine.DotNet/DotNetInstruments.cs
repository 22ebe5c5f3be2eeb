using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Async;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Cpu;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Gc;
using Vitrine.DotNet.Goroutines;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Starvation;
using Vitrine.DotNet.Threads;
using Vitrine.DotNet.Traces;
using Vitrine.DotNet.Waits;
using Vitrine.Instruments;

namespace Vitrine.DotNet;

/// <summary>Every instrument of this package under its name, for a program that wants them all; what runs continuously comes from the options and belongs to whoever made it.</summary>
public static class DotNetInstruments
{
    /// <summary>Adds them. Nothing is started by it, and nothing is spent until somebody looks.</summary>
    /// <param name="registry">Where to.</param>
    /// <param name="options">What else to offer; null for nothing else.</param>
    /// <returns><paramref name="registry"/>.</returns>
    /// <exception cref="ArgumentException">A name is taken already.</exception>
    public static InstrumentRegistry AddTo(InstrumentRegistry registry, DotNetInstrumentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        options ??= new();
        var reader = options.Reader ?? new RuntimeReader();
        // One line each, by name.
        registry.Add(new AllocationsInstrument(options.HeapTracking));
        registry.Add(new AsyncInstrument());
        registry.Add(new WaitInstrument());
        registry.Add(new CpuInstrument());
        registry.Add(new ExceptionInstrument());
        registry.Add(new GcInstrument());
        registry.Add(new GoroutineInstrument(options.Tracking));
        registry.Add(new HeapInstrument(options.HeapTracking));
        registry.Add(RuntimeInstrument.MemStats(reader));
        registry.Add(options.Mutex ?? new MutexProfile());
        registry.Add(RuntimeInstrument.Runtime(reader));
        registry.Add(new StarvationInstrument());
        registry.Add(new ThreadCreateInstrument());
        registry.Add(new TraceRecorder());
        foreach (var profile in options.CustomProfiles)
            registry.Add(profile);
        return registry;
    }
}
