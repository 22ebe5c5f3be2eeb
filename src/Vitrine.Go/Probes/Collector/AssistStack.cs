using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Collector;

/// <summary>The stack of an assist without the collector's own frames, which are the same for all.</summary>
static class AssistStack
{
    /// <summary>Frames that stand between the allocator and the probe, on either stack.</summary>
    static readonly string[] Collector = ["runtime.gcAssistAlloc", "runtime.systemstack", "runtime.deductAssistCredit"];

    /// <summary>Begins at the function that allocated memory for the goroutine: <c>runtime.mallocgc</c> or one of its kind.</summary>
    public static IReadOnlyList<SourceFrame> Allocating(IReadOnlyList<SourceFrame> frames)
    {
        var first = 0;
        while (first < frames.Count && Collector.Any(name => frames[first].Function.StartsWith(name, StringComparison.Ordinal)))
            first++;
        return first == 0 ? frames : [.. frames.Skip(first)];
    }
}
