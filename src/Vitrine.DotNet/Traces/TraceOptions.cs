using Vitrine.DotNet.Diagnostics;

namespace Vitrine.DotNet.Traces;

/// <summary>What a <see cref="TraceRecorder"/> writes.</summary>
public sealed record TraceOptions
{
    // The binder's way to an assembly; nothing else here reads it.
    const ulong AssemblyLoader = 0x4;

    /// <summary>
    /// What dotnet-trace records when nothing is asked for (version 10, its profiles <c>dotnet-common</c> and <c>dotnet-sampled-thread-time</c>): collections, loading, compiling, exceptions, threads, and
    /// the stacks of all threads, for which the runtime stops them some hundred times a second.
    /// </summary>
    public static IReadOnlyList<EventProvider> DotNetTraceDefault { get; } =
    [
        EventProvider.Runtime(RuntimeKeywords.Gc | RuntimeKeywords.Loader | RuntimeKeywords.Jit | AssemblyLoader | RuntimeKeywords.Exception | RuntimeKeywords.Threading | RuntimeKeywords.JittedMethodIlToNativeMap | RuntimeKeywords.Compilation),
        new(EventProviders.Sampler, 0, System.Diagnostics.Tracing.EventLevel.Informational),
    ];

    /// <summary>Which events; the default is dotnet-trace's.</summary>
    public IReadOnlyList<EventProvider> Providers { get; init; } = DotNetTraceDefault;

    /// <summary>Whether the runtime lists its methods and modules at the end, without which a reader of the file has no names.</summary>
    public bool Rundown { get; init; } = true;

    /// <summary>Size of the runtime's own buffer, in megabytes.</summary>
    public int BufferMegabytes { get; init; } = 256;

    /// <summary>
    /// Bytes of the file at most. A recording that comes near is ended early, so that what was seen until then is a whole file with its names; when even these do not fit, there is no file.
    /// </summary>
    public long MaximumBytes { get; init; } = 512L << 20;
}
