namespace Vitrine.DotNet.Diagnostics;

/// <summary>Names of the sources of events that every .NET process has.</summary>
public static class EventProviders
{
    /// <summary>The runtime: collector, compiler, locks, exceptions, threads.</summary>
    public const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>What the runtime lists at the end of a session: all methods and modules that there are.</summary>
    public const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";

    /// <summary>The sampler of all threads' stacks. It suspends the runtime for each sample.</summary>
    public const string Sampler = "Microsoft-DotNETCore-SampleProfiler";

    /// <summary>Starts and ends of tasks. It costs more than half of the throughput of a service that awaits much.</summary>
    public const string Tasks = "System.Threading.Tasks.TplEventSource";

    /// <summary>The runtime's counters, once in each interval.</summary>
    public const string RuntimeCounters = "System.Runtime";
}
