using Vitrine.Pprof;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>
/// Turns a dump into the profile that <c>pprof.Lookup("goroutine")</c> would give: one sample type <c>goroutine/count</c>, labels kept, runtime frames
/// included. Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/pprof.go (printCountProfile).
/// </summary>
public static class GoroutineProfile
{
    /// <summary>Makes the profile.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="filter">Goroutines to take; null takes all.</param>
    public static Profile Of(GoroutineDump dump, GoroutineFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var goroutineCount = new SampleType("goroutine", "count");
        var builder = new ProfileBuilder(goroutineCount)
        {
            PeriodType = goroutineCount,
            Period = 1,
            TimeNanos = (dump.CapturedAt - DateTimeOffset.UnixEpoch).Ticks * 100,
        };
        var stacks = new LocationTable(dump, builder);
        foreach (var (key, count) in Count(dump, filter))
            builder.AddSample(stacks.Of(key), [count], LabelsOf(dump[key.First]));
        return builder.Build();
    }

    /// <summary>Goroutines with the same stack and the same labels are one sample.</summary>
    private readonly record struct SampleKey(int StackId, StackStatus Status, string Labels, int First);

    private static List<KeyValuePair<SampleKey, long>> Count(GoroutineDump dump, GoroutineFilter? filter)
    {
        var samples = new Dictionary<(int, StackStatus, string), (int First, long Count)>();
        for (int i = 0; i < dump.Count; i++)
        {
            Goroutine goroutine = dump[i];
            if (filter is not null && !filter.Matches(goroutine))
                continue;
            var key = (goroutine.StackId, goroutine.StackStatus, LabelText(goroutine));
            samples[key] = samples.TryGetValue(key, out var seen) ? (seen.First, seen.Count + 1) : (i, 1);
        }
        // The biggest first, as runtime/pprof writes them.
        return [.. samples
            .OrderByDescending(sample => sample.Value.Count).ThenBy(sample => sample.Value.First)
            .Select(sample => KeyValuePair.Create(new SampleKey(sample.Key.Item1, sample.Key.Item2, sample.Key.Item3, sample.Value.First), sample.Value.Count))];
    }

    private static string LabelText(Goroutine goroutine)
    {
        IReadOnlyList<GoroutineLabel> labels = goroutine.Labels;
        return labels.Count == 0 ? "" : string.Join('\u0001', labels.Select(label => $"{label.Key}\u0002{label.Value}"));
    }

    private static Label[] LabelsOf(Goroutine goroutine) => [.. goroutine.Labels.Select(label => new Label(label.Key, label.Value))];

    /// <summary>Locations of stacks, each stack converted once.</summary>
    private sealed class LocationTable(GoroutineDump dump, ProfileBuilder builder)
    {
        private readonly StackLocations _stacks = new(dump.Tables.Context, dump.ExecutableMaps, builder);
        private readonly Dictionary<int, int[]> _byStack = [];

        public int[] Of(SampleKey key)
        {
            if (key.StackId < 0)
                return _stacks.Missing(key.Status);
            if (!_byStack.TryGetValue(key.StackId, out int[]? locations))
                _byStack.Add(key.StackId, locations = _stacks.Of(dump.Stacks.Pcs(key.StackId)));
            return locations;
        }
    }
}
