using Vitrine.Go.Memory;

namespace Vitrine.Go.Profiles;

/// <summary>
/// Turns the counters of block and mutex buckets into contentions and nanoseconds. Blocking is counted in processor ticks. Go 1.19 scales the
/// mutex profile by its sampling fraction when it is read, later versions when an event is recorded.
/// Source: https://github.com/golang/go/blob/go1.19/src/runtime/pprof/pprof.go (scaleMutexProfile), https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/pprof.go (printCountCycleProfile).
/// </summary>
sealed class ContentionScale
{
    readonly double _ticksPerNanosecond;
    readonly long _fraction;
    readonly bool _noZeroCount;

    ContentionScale(double ticksPerNanosecond, long fraction, bool noZeroCount)
    {
        _ticksPerNanosecond = ticksPerNanosecond;
        _fraction = fraction;
        _noZeroCount = noZeroCount;
    }

    /// <summary>Finds the tick rate and the fraction.</summary>
    /// <exception cref="Vitrine.Instruments.InstrumentUnavailableException">The tick rate cannot be known: nanoseconds cannot be told.</exception>
    public static ContentionScale Of(RuntimeView view, BucketProfileKind kind, List<string> notes)
    {
        double ticksPerSecond = OwnRate(view) ?? MeasuredRate(notes);
        long fraction = 1;
        if (kind == BucketProfileKind.Mutex && !view.Version.AtLeast(1, 21))
        {
            if (view.ReadScalar("runtime.mutexprofilerate", 8).TryGet(out ulong rate))
                fraction = (long)rate;
            else
                notes.Add("The sampling fraction is not known: this Go version scales by it when the profile is read, so counts and delays are of the sampled events only.");
        }
        return new ContentionScale(ticksPerSecond / 1e9, fraction, kind == BucketProfileKind.Block);
    }

    /// <summary>Scales one bucket.</summary>
    public (long Count, long Nanoseconds) Apply(double events, long ticks)
    {
        long count = double.IsNaN(events) ? 0 : (long)events;
        // The runtime never reports a count of 0 for blocking, to spare its readers a division by zero.
        if (_noZeroCount && count == 0)
            count = 1;
        double nanoseconds = ticks / _ticksPerNanosecond;
        return (unchecked(count * _fraction), (long)(nanoseconds * _fraction));
    }

    static double? OwnRate(RuntimeView view)
    {
        if (!view.AddressOf("runtime.ticks").TryGet(out ulong ticks) || !view.LayoutOf("runtime.ticksType").TryGet(out var layout)
            || !StructImage.TryRead(view.Memory, ticks, layout, out StructImage? image) || !image.TryGet("val", out ulong rate))
            return null;
        return rate is > 0 and < 1UL << 50 ? rate : null;
    }

    static double MeasuredRate(List<string> notes)
    {
        if (TimeStampCounter.TicksPerSecond is not { } measured)
            throw new Vitrine.Instruments.InstrumentUnavailableException(
                "The process has counted blocking in processor ticks and has not worked out how many make a second; they cannot be measured here.",
                "Ask for the profile in the process once (pprof.Lookup), or read it on the same x86-64 machine.");
        notes.Add($"The process has not worked out how long a tick is yet; delays use {measured} ticks per second as measured on this machine.");
        return measured;
    }
}
