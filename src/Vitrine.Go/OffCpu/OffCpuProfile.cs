using System.Globalization;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using ReadContext = Vitrine.Go.Goroutines.ReadContext;

namespace Vitrine.Go.OffCpu;

/// <summary>
/// Waiting goroutines as a profile: <c>samples/count</c> and <c>wait/nanoseconds</c>, the wait reason as the label <c>reason</c>, the goroutine's
/// own labels beside it. Frames of the runtime are kept, as in the profile <c>goroutine</c>.
/// </summary>
static class OffCpuProfile
{
    const string OtherPlaces = "(further stacks: more than the limit)";

    public static Profile Of(WaitPlaces places, ReadContext context, IEnumerable<MemoryMap> maps, DateTimeOffset startedAt, TimeSpan covered)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("wait", "nanoseconds"))
        {
            PeriodType = new SampleType("wall", "nanoseconds"),
            Period = places.Looks == 0 ? 0 : Nanoseconds(covered) / places.Looks,
            TimeNanos = Nanoseconds(startedAt - DateTimeOffset.UnixEpoch),
            DurationNanos = Nanoseconds(covered),
        };
        builder.Comments.Add(string.Create(CultureInfo.InvariantCulture,
            $"vitrine offcpu: goroutines read from outside {places.Looks} times at random moments of equal intervals, without probes; {places.Torn} observations torn"));
        builder.Comments.Add(string.Create(CultureInfo.InvariantCulture,
            $"waiting in all: {places.Total.Nanoseconds / 1e9:0.000} s, standard error {places.Total.StandardError(places.Looks) / 1e9:0.000} s"));

        var stacks = new StackLocations(context, maps, builder);
        var locations = new Dictionary<int, int[]>();
        foreach ((WaitPlace place, WaitEstimate estimate) in places.All.OrderByDescending(pair => pair.Value.Nanoseconds).ThenBy(pair => pair.Key.Stack))
        {
            int[] stack;
            if (place == WaitPlace.Other)
                stack = stacks.Placeholder(OtherPlaces);
            else if (place.Stack < 0)
                stack = stacks.Missing(place.Status);
            else if (!locations.TryGetValue(place.Stack, out stack!))
                locations.Add(place.Stack, stack = stacks.Of(places.Pcs(place)));
            builder.AddSample(stack, [estimate.Samples, (long)Math.Round(estimate.Nanoseconds)], LabelsOf(places, place));
        }
        return builder.Build();
    }

    static Label[] LabelsOf(WaitPlaces places, WaitPlace place)
    {
        if (place == WaitPlace.Other)
            return [];
        var labels = new List<Label> { new("reason", places.Reason(place)) };
        labels.AddRange(places.Labels(place).Select(label => new Label(label.Key, label.Value)));
        if (place.Goroutine != 0)
            labels.Add(new Label("goroutine", null, (long)place.Goroutine, "id"));
        return [.. labels];
    }

    static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
