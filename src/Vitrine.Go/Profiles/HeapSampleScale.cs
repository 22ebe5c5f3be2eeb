namespace Vitrine.Go.Profiles;

/// <summary>
/// Turns sampled allocations into an estimate of all of them: an object of size S is sampled with probability 1-exp(-S/rate), so each counts as
/// 1/probability. Go 1.27 scales by the bucket's object size, before it was the mean of the bucket; the same but for rounding.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/protomem.go, https://github.com/golang/go/blob/go1.27rc1/src/runtime/pprof/protomem.go (scaleHeapSample).
/// </summary>
static class HeapSampleScale
{
    /// <summary>Scales a count and its bytes, up to Go 1.26.</summary>
    public static (long Count, long Bytes) ByMean(long count, long bytes, long rate)
    {
        if (count == 0 || bytes == 0)
            return (0, 0);
        // A rate of 1 samples everything; below it is unknown and nothing is scaled, as in the runtime.
        if (rate <= 1)
            return (count, bytes);
        double scale = Scale((double)bytes / count, rate);
        return (Truncate(count * scale), Truncate(bytes * scale));
    }

    /// <summary>Scales a count of objects of one size, from Go 1.27 on.</summary>
    public static (long Count, long Bytes) BySize(long count, long size, long rate)
    {
        if (count == 0 || size == 0)
            return (0, 0);
        long bytes = unchecked(count * size);
        if (rate <= 1)
            return (count, bytes);
        double scale = Scale(size, rate);
        return (Truncate(count * scale), Truncate(bytes * scale));
    }

    static double Scale(double meanSize, long rate) => 1 / (1 - Math.Exp(-meanSize / rate));

    // Counts from a hostile process may be anything: the conversion saturates and never traps.
    static long Truncate(double value) => double.IsNaN(value) ? 0 : (long)value;
}
