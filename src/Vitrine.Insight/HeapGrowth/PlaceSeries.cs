namespace Vitrine.Insight.HeapGrowth;

/// <summary>One place's figures at each look.</summary>
sealed class PlaceSeries(int looks)
{
    public readonly double[] InUse = new double[looks], Allocated = new double[looks], ObjectsInUse = new double[looks], ObjectsAllocated = new double[looks];

    /// <summary>By how much it grew.</summary>
    public double Growth => InUse[^1] - InUse[0];

    /// <summary>What was allocated there meanwhile; 0 when that is not known.</summary>
    public double Newcomers => Allocated[^1] - Allocated[0];

    /// <summary>
    /// The share of what was allocated meanwhile that stayed, as the lower end of its 95 % interval: by samples, of which one stands for <paramref name="mean"/> bytes or, when they are larger, for one object.
    /// </summary>
    public double StayedAtLeast(double mean)
    {
        var trials = Math.Min(Newcomers / mean, ObjectsAllocated[^1] - ObjectsAllocated[0]);
        var hits = Math.Min(Growth / mean, ObjectsInUse[^1] - ObjectsInUse[0]);
        return trials >= 1 ? Statistics.Proportion.WilsonLower((long)Math.Clamp(hits, 0, Math.Floor(trials)), (long)trials) : 0;
    }

    /// <summary>How fast it grew in the second half of the time, against the first; what fills up slows down.</summary>
    public double Pace(ReadOnlySpan<double> hours)
    {
        var middle = hours.Length / 2;
        var before = (InUse[middle] - InUse[0]) / (hours[middle] - hours[0]);
        var after = (InUse[^1] - InUse[middle]) / (hours[^1] - hours[middle]);
        return before > 0 ? after / before : 1;
    }
}
