using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Waits;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Tests.Labels;

/// <summary>Many works never push out the places, and what is not told apart any more is still counted.</summary>
public sealed class EventWorkTests
{
    static int Of(EventWork work, string tenant) => work.Of(ThreadClocks.CurrentThreadId, Now(tenant));

    static long Now(string tenant)
    {
        using (ProfileLabels.Scope(("tenant", tenant))) return System.Diagnostics.Stopwatch.GetTimestamp();
    }

    [Fact]
    public void Add_MoreWorksThanFit_TheSumIsWholeAndPlacesAreStillToldApart()
    {
        using var work = new EventWork(traces: false);
        work.Start(SelfTarget.Instance);
        var tally = new Tally<WaitKey>(maximum: 100);
        for (var i = 0; i < 1_000; i++) tally.Add(new(0, WaitSource.Unknown, IsUnfinished: false, Of(work, $"t{i}")), 1, 1, work);
        for (var place = 1; place <= 20; place++) tally.Add(new(place, WaitSource.Unknown, IsUnfinished: false, Of(work, $"t{place}")), 1, 1, work);

        var rows = tally.Rows();
        Assert.Equal((1_020, 0), (rows.Sum(static one => one.Count), tally.Dropped));
        Assert.Equal(75, rows.Count(static one => one.Key.Work != WorkNumbers.None));
        Assert.Equal(Enumerable.Range(0, 21), rows.Select(static one => one.Key.Stack).Distinct().Order());
        Assert.Contains(work.Notes(), static note => note.StartsWith("945 times", StringComparison.Ordinal));
    }

    [Fact]
    public void Add_ManyTraces_GoBeforeLabelsDo()
    {
        var numbers = new WorkNumbers(100);
        var blue = LabelList.Empty.With([("tenant", "blue")]);
        for (var i = 0; i < 1_000; i++) numbers.IndexOf(new(blue, $"{i:x32}", $"{i:x16}"));
        var last = numbers[numbers.IndexOf(new(blue, "another", "one"))];
        var red = numbers[numbers.IndexOf(new(LabelList.Empty.With([("tenant", "red")]), "another", "one"))];

        Assert.Equal((blue, ""), (last.Labels, last.TraceId));
        Assert.Equal(("tenant=red", ""), (red.Labels.ToString(), red.TraceId));
        Assert.Equal(77, numbers.Count);
        for (var i = 0; i < 1_000; i++) numbers.IndexOf(new(LabelList.Empty.With([("tenant", $"{i}")]), "", ""));
        Assert.Equal(100, numbers.Count);
        Assert.Equal(WorkNumbers.None, numbers.IndexOf(new(LabelList.Empty.With([("tenant", "late")]), "", "")));
    }

    [Fact]
    public void Add_MoreWorksThanSites_StacksAndTypesAreStillToldApart()
    {
        using var work = new EventWork(traces: false);
        work.Start(SelfTarget.Instance);
        var sites = new AllocationSites(new() { Sites = 100 }, work);
        for (var i = 0; i < 1_000; i++) sites.Add([1], "T", 100, Of(work, $"t{i}"));
        for (ulong stack = 2; stack <= 20; stack++) sites.Add([stack], "T", 100, Of(work, $"t{stack}"));

        Assert.Equal(0, sites.Indistinct);
        Assert.Equal(20, Enumerable.Range(0, sites.Count).Select(one => sites[one].Stack[0]).Distinct().Count());
        Assert.Equal(1_019 * SamplingRate.OfRuntime.Of(100).Bytes, Enumerable.Range(0, sites.Count).Sum(one => sites.Allocated(one).Bytes), 1e-3);
    }

    [Fact]
    public void Stop_WhatWasJoined_Stays()
    {
        using var work = new EventWork(traces: false);
        work.Start(SelfTarget.Instance);
        var blue = Of(work, "blue");
        work.Stop();
        work.Stop();

        Assert.False(ProfileLabels.IsRead);
        Assert.Equal(WorkNumbers.None, Of(work, "blue"));
        Assert.Equal(["tenant=blue"], work.Labels()[blue].Select(static one => $"{one.Key}={one.Text}"));
        work.Start(SelfTarget.Instance);
        Assert.Equal(blue, Of(work, "blue"));
    }
}
