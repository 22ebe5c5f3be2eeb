using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>The runtime's own account of a collection, out of one record.</summary>
sealed class GcAccount(GcWordMap map, AccountRecord record)
{
    /// <summary>runtime._PageSize, 8 KiB on all platforms. Source: https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/gc/malloc.go.</summary>
    public const ulong PageSize = 8192;

    /// <summary>A word.</summary>
    public Known<ulong> this[GcWord word] => map.Value(record, word);

    /// <summary>A time or duration in nanoseconds.</summary>
    public Known<long> Nanoseconds(GcWord word) => this[word].Select(static value => (long)value);

    /// <summary>Nanoseconds between two timestamps; unknown when they are no such thing.</summary>
    public Known<long> Between(GcWord from, GcWord to)
    {
        var (start, end) = (this[from], this[to]);
        if (!start.IsKnown || !end.IsKnown)
            return Known<long>.Unknown(start.IsKnown ? end.Reason : start.Reason);
        var between = (long)end.Value - (long)start.Value;
        return between >= 0 && start.Value != 0
            ? Known<long>.Of(between, start.Provenance)
            : Known<long>.Unknown("the runtime's timestamps contradict each other: they were read while it wrote them");
    }

    /// <summary>Processors: those that stand still in a stop (no more than the machine has), and all.</summary>
    public Known<(int Stopped, int All)> Processors => this[GcWord.Processors].Select(static value => ((int)(uint)value, (int)(value >> 32)));

    /// <summary>Sum of durations; unknown when one is.</summary>
    public Known<long> Sum(params ReadOnlySpan<GcWord> terms)
    {
        long sum = 0;
        Known<ulong> last = default;
        foreach (var term in terms)
        {
            last = this[term];
            if (!last.IsKnown)
                return Known<long>.Unknown(last.Reason);
            sum += (long)last.Value;
        }
        return Known<long>.Of(sum, last.Provenance);
    }
}
