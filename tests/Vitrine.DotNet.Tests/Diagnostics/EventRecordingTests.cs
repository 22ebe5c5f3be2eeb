using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Tests.Diagnostics;

[Collection(nameof(Alone))]
public sealed class EventRecordingTests
{
    sealed class Counter : INettraceSink
    {
        public Dictionary<(string Provider, int Id), int> Events { get; } = [];
        public int Stacks { get; private set; }
        public NettraceSummary? Summary { get; private set; }

        public void OnEvent(in NettraceEvent e)
        {
            Events[(e.Provider, e.Id)] = Events.GetValueOrDefault((e.Provider, e.Id)) + 1;
            if (!e.Stack.IsEmpty) Stacks++;
        }

        public void OnEnd(in NettraceSummary summary) => Summary = summary;
    }

    static void Throw(int times)
    {
        for (var i = 0; i < times; i++)
        {
            try
            {
                throw new InvalidOperationException("counted");
            }
            catch (InvalidOperationException)
            {
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recording_Exceptions_AreAllThere(bool isLive)
    {
        var sink = new Counter();
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, System.Diagnostics.Tracing.EventLevel.Error)],
            Live = isLive ? sink : null,
        });

        Throw(500);
        var end = recording.Stop();
        if (!isLive) recording.Read(sink);

        Assert.Equal("", end.Problem);
        Assert.False(end.IsCutOff);
        Assert.Equal(0, end.DroppedEvents);
        Assert.True(sink.Summary!.Value.IsComplete);
        Assert.Equal(0, sink.Summary.Value.DisorderedEvents);
        Assert.InRange(sink.Events.GetValueOrDefault((EventProviders.Runtime, 80)), 500, 510);
        Assert.InRange(sink.Stacks, 500, 10_000);
        Assert.Equal(isLive ? 2 : 1, end.ReaderThreadIds.Count);
    }
}
