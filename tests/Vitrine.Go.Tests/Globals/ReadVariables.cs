using Vitrine.Go.Globals;

namespace Vitrine.Go.Tests.Globals;

/// <summary>The variables that some reader of Vitrine needs.</summary>
static class ReadVariables
{
    /// <summary>Needed, and known from the file alone in every ordinary build of every version.</summary>
    public static IReadOnlyList<string> Required { get; } =
    [
        "runtime.allgs", "runtime.allglen", "runtime.allgptr", "runtime.allm", "runtime.allp", "runtime.gomaxprocs", "runtime.sched",
        "runtime.memstats", "runtime.mheap_", "runtime.gcController", "runtime.work", "runtime.gcphase",
        "runtime.mbuckets", "runtime.bbuckets", "runtime.xbuckets", "runtime.mProfCycle", "runtime.MemProfileRate",
        "runtime.blockprofilerate", "runtime.mutexprofilerate", "runtime.waitReasonStrings", "runtime.ticks", "runtime.runtimeInitTime",
    ];

    /// <summary>Every variable that some embedded table mentions.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. new[] { "amd64", "arm64" }.SelectMany(architecture => AnchorTables.Minors(architecture).SelectMany(minor => AnchorTables.Find(minor, architecture)!.Symbols)).Select(symbol => symbol.Name).Distinct().Order(StringComparer.Ordinal)];
}
