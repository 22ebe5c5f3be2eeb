namespace Vitrine.Guard.Limits;

/// <summary>A rate as the generic cell rate algorithm has it (ITU-T I.371, annex A), in units of <see cref="TimeProvider.GetTimestamp"/>: a bucket of tokens in one number, without fractions that add up.</summary>
/// <param name="Interval">Between two, in the long run.</param>
/// <param name="Tolerance">How far ahead of that a burst may be.</param>
readonly record struct Rate(long Interval, long Tolerance)
{
    /// <summary>So many a minute, and so many at once after a pause.</summary>
    public static Rate PerMinute(int count, int burst, TimeProvider time)
    {
        var interval = Math.Max(1, time.TimestampFrequency * 60 / count);
        return new(interval, interval * (burst - 1));
    }

    /// <summary>One in each <paramref name="interval"/>.</summary>
    public static Rate Every(TimeSpan interval, TimeProvider time) => new((long)(interval.TotalSeconds * time.TimestampFrequency), 0);
}
