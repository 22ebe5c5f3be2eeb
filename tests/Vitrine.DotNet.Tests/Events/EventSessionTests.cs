using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Tests.Diagnostics;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Events;

public sealed class EventSessionTests
{
    const string Provider = "Vitrine-Tests-Session";

    [EventSource(Name = Provider)]
    sealed class Storm : EventSource
    {
        [Event(1, Level = EventLevel.Informational)]
        public void Write(int number, string text) => WriteEvent(1, number, text);
    }

    sealed class Sink(Action act) : INettraceSink
    {
        public void OnEvent(in NettraceEvent e) => act();
    }

    static readonly string Text = new('x', 500);

    /// <summary>Writes events until the session says that it is over; then it must be so, for the runtime too.</summary>
    static string CutOff(Action act, EventBudget budget)
    {
        using var storm = new Storm();
        using var session = EventSession.Start(SelfTarget.Instance, [new(Provider, ulong.MaxValue, EventLevel.Verbose)], new Sink(act), budget);
        Assert.True(SpinWait.SpinUntil(() =>
        {
            for (var i = 0; i < 100; i++) storm.Write(i, Text);
            Thread.Sleep(1);
            return session.CutOff.Length > 0;
        }, TimeSpan.FromSeconds(60)), "the session does not say that it is over");
        var cutOff = session.CutOff;
        Assert.True(SpinWait.SpinUntil(() => !storm.IsEnabled(), TimeSpan.FromSeconds(30)), "the process goes on paying");
        return cutOff;
    }

    [FullRunOnly("the patience with a sink that stands still has to run out")]
    [Fact]
    public void CutOff_SinkThatStandsStill_IsSaid()
    {
        using var gate = new ManualResetEventSlim();
        try
        {
            // Longer than anybody has patience; freed before the session is disposed of.
            using var free = new Timer(_ => gate.Set(), null, TimeSpan.FromSeconds(20), Timeout.InfiniteTimeSpan);
            Assert.Contains("stood still", CutOff(gate.Wait, new() { MaximumBytes = 64 << 10 }), StringComparison.Ordinal);
        }
        finally
        {
            gate.Set();
        }
    }

    [Fact]
    public void CutOff_SinkThatFails_IsSaid() =>
        Assert.Contains("InvalidOperationException: too much", CutOff(static () => throw new InvalidOperationException("too much"), EventBudget.Default), StringComparison.Ordinal);

    [Fact]
    public void CutOff_MoreThanTheBudget_IsSaid() =>
        Assert.Contains("more than 1 events in a second", CutOff(static () => { }, new() { EventsPerSecond = 1 }), StringComparison.Ordinal);
}
