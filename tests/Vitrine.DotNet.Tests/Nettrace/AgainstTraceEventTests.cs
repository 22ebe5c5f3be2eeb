using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Tests.Nettrace;

/// <summary>The same stream, read by this project and by Microsoft's own library.</summary>
public sealed class AgainstTraceEventTests
{
    sealed record Seen(string Provider, int Id, int Version, long ThreadId, long UtcTicks, string Payload);

    sealed class Everything : INettraceSink
    {
        public List<Seen> Events { get; } = [];
        public List<(int Id, long ThreadId, long UtcTicks, ulong[] Stack)> Stacks { get; } = [];
        public NettraceSummary Summary { get; private set; }

        public void OnEvent(in NettraceEvent e)
        {
            Events.Add(new(e.Provider, e.Id, e.Version, e.ThreadId, e.At.UtcTicks, Convert.ToHexString(e.Payload)));
            if (e.Provider == EventProviders.Runtime && !e.Stack.IsEmpty) Stacks.Add((e.Id, e.ThreadId, e.At.UtcTicks, e.Stack.ToArray()));
        }

        public void OnEnd(in NettraceSummary summary) => Summary = summary;
    }

    static Everything ReadOurs()
    {
        var ours = new Everything();
        using var stream = new MemoryStream(LiveStream.Bytes);
        NettraceReader.Read(stream, ours);
        return ours;
    }

    [Fact]
    public void Read_LiveStream_HasTheSameEventsInTheSameOrder()
    {
        var ours = ReadOurs();
        var theirs = new List<Seen>();
        using var stream = new MemoryStream(LiveStream.Bytes);
        using var source = new EventPipeEventSource(stream);
        source.AllEvents += e => theirs.Add(new(e.ProviderName, (int)e.ID, e.Version, e.ThreadID, e.TimeStamp.ToUniversalTime().Ticks, Convert.ToHexString(e.EventData() ?? [])));
        source.Process();

        Assert.True(ours.Summary.IsComplete);
        Assert.Equal(0, ours.Summary.DisorderedEvents);
        Assert.Equal(source.EventsLost, ours.Summary.DroppedEvents);
        Assert.InRange(ours.Events.Count(static e => e.Provider == EventProviders.Runtime), 300, int.MaxValue);
        Assert.Equal(theirs.Count, ours.Events.Count);
        for (var i = 0; i < theirs.Count; i++)
        {
            // Both divide the clock's ticks by its frequency, in floating point there.
            Assert.InRange(ours.Events[i].UtcTicks, theirs[i].UtcTicks - 1, theirs[i].UtcTicks + 1);
            // The library has no name for the provider of an event that it has no description of.
            var provider = theirs[i].Provider.StartsWith("Provider(", StringComparison.Ordinal) ? ours.Events[i].Provider : theirs[i].Provider;
            Assert.Equal(theirs[i] with { Provider = provider, UtcTicks = 0 }, ours.Events[i] with { UtcTicks = 0 });
        }
    }

    [Fact]
    public void Read_LiveStream_HasTheSameStacks()
    {
        var ours = ReadOurs();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "live.nettrace");
            File.WriteAllBytes(file, LiveStream.Bytes);
            using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
            var theirs = new List<(int Id, long ThreadId, ulong[] Stack)>();
            foreach (var e in log.Events)
            {
                if (e.ProviderName != EventProviders.Runtime || e.CallStack() is not { } stack) continue;
                var addresses = new List<ulong>();
                for (var frame = stack; frame is not null; frame = frame.Caller)
                    addresses.Add(frame.CodeAddress.Address);
                theirs.Add(((int)e.ID, e.ThreadID, [.. addresses]));
            }

            // Exceptions, contention, sampled allocations: of other events the library shows stacks of its own making.
            int[] ids = [80, 81, 303];
            Assert.Equal(ids, theirs.Select(static one => one.Id).Where(ids.Contains).Distinct().Order());
            foreach (var thread in theirs.Where(one => ids.Contains(one.Id)).GroupBy(static one => one.ThreadId))
            {
                var own = ours.Stacks.Where(one => one.ThreadId == thread.Key && ids.Contains(one.Id)).ToList();
                Assert.Equal(thread.Count(), own.Count);
                foreach (var (their, our) in thread.Zip(own))
                {
                    Assert.Equal(their.Id, our.Id);
                    Assert.Equal(their.Stack, our.Stack);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
