using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>What is compared between one collection and the next.</summary>
/// <param name="EndNs">When the collection before ended.</param>
/// <param name="Released">Bytes that had been given back to the operating system by then.</param>
sealed record CycleBaseline(Known<long> EndNs, Known<ulong> Released)
{
    /// <summary>From the account of the collection before.</summary>
    public static CycleBaseline Of(GcAccount account) => new(account.Nanoseconds(GcWord.End), Sum(account[GcWord.Released], account[GcWord.ReleasedEagerly]));

    /// <summary>From the target's memory as it is now: before the first collection.</summary>
    public static CycleBaseline Read(GcWordMap words)
    {
        var end = words.ReadNow(GcWord.End).Select(static value => (long)value);
        return new(
            end.TryGet(out var ns) && ns == 0 ? Known<long>.Unknown("no collection before") : end,
            Sum(words.ReadNow(GcWord.Released), words.ReadNow(GcWord.ReleasedEagerly)));
    }

    // Before Go 1.21 there is one counter for both ways of releasing.
    static Known<ulong> Sum(Known<ulong> background, Known<ulong> eager) =>
        background.TryGet(out var first) ? Known<ulong>.Of(first + (eager.TryGet(out var second) ? second : 0), background.Provenance) : background;
}
