namespace Vitrine.Bench.Measuring;

static class Median
{
    public static TimeSpan Of(IEnumerable<TimeSpan> values) => TimeSpan.FromTicks(Of(values.Select(value => value.Ticks)));

    public static long Of(IEnumerable<long> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
