using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary>
/// The bucket lists of the heap, block and mutex profiles: each bucket carries the type of its list and a stack of bounded depth.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go (bucket).
/// </summary>
sealed class BucketListCheck : ILiveCheck
{
    const int MaxSteps = 32;

    // 128 frames from Go 1.23 on (GODEBUG=profstackdepth), and what a logical stack may add.
    const ulong MaxDepth = 1024;

    static readonly (string Name, ulong Type)[] s_lists = [("runtime.mbuckets", 1), ("runtime.bbuckets", 2), ("runtime.xbuckets", 3)];

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        foreach ((string name, ulong type) in s_lists)
        {
            if (!context.TryAddress(name, out ulong address)) continue;
            results[name] = context.TryLayout("runtime.bucket", out StructLayout? layout)
                ? Check(context, address, type, layout)
                : LiveCheckResult.NoEvidence("the layout of runtime.bucket is unknown");
        }
    }

    static LiveCheckResult Check(LiveCheckContext context, ulong address, ulong type, StructLayout layout)
    {
        if (!context.TryUInt64(address, out ulong bucket)) return LiveCheckResult.Contradicted("it is not readable");
        if (bucket == 0) return LiveCheckResult.NoEvidence("the list is empty");
        int seen = 0;
        for (; bucket != 0 && seen < MaxSteps; seen++)
        {
            bool sane = bucket % 8 == 0 && context.TryField(bucket, layout, "typ", out ulong found) && found == type
                && context.TryField(bucket, layout, "nstk", out ulong depth) && depth <= MaxDepth;
            if (!sane || !context.TryField(bucket, layout, "allnext", out bucket))
                return LiveCheckResult.Contradicted(string.Create(CultureInfo.InvariantCulture, $"it is no list of buckets of type {type}"));
        }
        return LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{seen} buckets of type {type}"));
    }
}
