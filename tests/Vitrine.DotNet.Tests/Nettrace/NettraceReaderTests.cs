using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Tests.Nettrace;

public sealed class NettraceReaderTests
{
    sealed class Times : INettraceSink
    {
        public List<(long Thread, long Ticks, int Depth, string Name)> Events { get; } = [];

        public void OnEvent(in NettraceEvent e) => Events.Add((e.ThreadId, e.Ticks, e.Stack.Length, e.Name));
    }

    static (Times Times, NettraceSummary Summary) Read(byte[] bytes, NettraceLimits? limits = null, int piece = int.MaxValue)
    {
        var times = new Times();
        var reader = new NettraceReader(times, limits);
        for (var at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
            reader.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
        return (times, reader.Finish());
    }

    static byte[] At(long thread, uint sequence, long ticks, bool isSorted = false, int stack = 0) => StreamBuilder.Event(1, sequence, thread, stack, ticks, [], isSorted);

    [Fact]
    public void Feed_ThreadsOneAfterAnother_EventsComeInOrderOfTime()
    {
        var bytes = new StreamBuilder().Definition(1)
            .Events(At(7, 1, 10, isSorted: true), At(7, 2, 30), At(7, 3, 50))
            .Events(At(8, 1, 20, isSorted: true), At(8, 2, 40), At(9, 1, 35))
            .ToArray();

        var (times, summary) = Read(bytes);

        Assert.Equal([10L, 20, 30, 35, 40, 50], times.Events.Select(static one => one.Ticks));
        Assert.Equal(new NettraceSummary(6, 0, 0, bytes.Length, true), summary);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(4096)]
    public void Feed_LiveStreamInPieces_IsTheSame(int piece)
    {
        var whole = Read(LiveStream.Bytes);
        var pieces = Read(LiveStream.Bytes, piece: piece);

        Assert.Equal(whole.Summary, pieces.Summary);
        Assert.Equal(whole.Times.Events, pieces.Times.Events);
    }

    [Fact]
    public void Feed_GapsInTheNumbers_AreDropped()
    {
        // Thread 7: 1, 4 (2 lost), and up to 6 by the point (2 lost). Thread 8: seen only by the point (5 lost). Thread 9: its number goes to another one, which begins with 1.
        var bytes = new StreamBuilder().Definition(1)
            .Events(At(7, 1, 10), At(7, 4, 20), At(9, 1, 5), At(9, 2, 6), At(9, 1, 8))
            .Point((7, 6), (8, 5), (9, 1))
            .Events(At(7, 8, 30))
            .ToArray();

        Assert.Equal(2 + 2 + 5 + 1, Read(bytes).Summary.DroppedEvents);
    }

    [Fact]
    public void Feed_SequencePoint_StacksBeginAnew()
    {
        var bytes = new StreamBuilder().Definition(1, name: "Named").Stacks(1, [0x10, 0x20], [0x30])
            .Events(At(7, 1, 10, stack: 1), At(7, 2, 11, stack: 2), At(7, 3, 12, stack: 3))
            .Point((7, 3)).Stacks(1, [1, 2, 3])
            .Events(At(7, 4, 20, stack: 1), At(7, 5, 21, stack: 2))
            .ToArray();

        Assert.Equal([2, 1, 0, 3, 0], Read(bytes).Times.Events.Select(static one => one.Depth));
    }

    [Fact]
    public void Finish_CutStream_HandsOutWhatWaits()
    {
        var bytes = new StreamBuilder().Definition(1).Events(At(7, 1, 10)).Events(At(7, 2, 20)).ToArray(withEnd: false);

        var (times, summary) = Read(bytes[..^30]);

        Assert.Equal(10, Assert.Single(times.Events).Ticks);
        Assert.False(summary.IsComplete);
    }

    [Fact]
    public void Feed_MoreThanMayBeHeld_IsHandedOutAndCounted()
    {
        var builder = new StreamBuilder().Definition(1);
        for (uint i = 1; i <= 100; i++)
            builder.Events(At(7, i, 1000 + i));
        builder.Events(At(8, 1, 5));

        var (times, summary) = Read(builder.ToArray(), new() { MaximumHeldEvents = 10 });

        Assert.Equal(101, times.Events.Count);
        Assert.Equal(1, summary.DisorderedEvents);
    }

    public static TheoryData<string, Func<byte[]>, NettraceLimits> Bad => new()
    {
        { "does not begin with", static () => new byte[100], NettraceLimits.Default },
        { "format version 6", static () => [.. "Nettrace"u8, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0], NettraceLimits.Default },
        { "format version 5", static () => new StreamBuilder(version: 5).ToArray(), NettraceLimits.Default },
        { "unknown kind 'Other'", static () => new StreamBuilder().Block("Other", []).ToArray(), NettraceLimits.Default },
        { "MaximumBlockBytes", static () => new StreamBuilder().Block("EventBlock", [], size: int.MaxValue).ToArray(), NettraceLimits.Default },
        { "a block has -1 bytes", static () => new StreamBuilder().Block("EventBlock", [], size: -1).ToArray(), NettraceLimits.Default },
        { "not described", static () => new StreamBuilder().Events(At(7, 1, 10)).ToArray(), NettraceLimits.Default },
        { "beyond its block", static () => new StreamBuilder().Definition(1).Block("EventBlock", [.. StreamBuilder.Header(isCompressed: false), 1, 2, 3]).ToArray(), NettraceLimits.Default },
        { "longer than 64 bits", static () => new StreamBuilder().Definition(1).Block("EventBlock", [.. StreamBuilder.Header(isCompressed: true), 1, .. Enumerable.Repeat((byte)0xff, 20)]).ToArray(), NettraceLimits.Default },
        { "MaximumDefinitions", static () => new StreamBuilder().Definition(1).Definition(2).ToArray(), new() { MaximumDefinitions = 1 } },
        { "MaximumNameBytes", static () => new StreamBuilder().Definition(1, new string('x', 100)).ToArray(), new() { MaximumNameBytes = 100 } },
        { "MaximumStackBytes", static () => new StreamBuilder().Stacks(1, new ulong[100]).ToArray(), new() { MaximumStackBytes = 100 } },
        { "MaximumStackBytes", static () => new StreamBuilder().Stacks(1, [.. Enumerable.Repeat(Array.Empty<ulong>(), 100)]).ToArray(), new() { MaximumStackBytes = 1000 } },
        { "MaximumThreads", static () => new StreamBuilder().Point((1, 1), (2, 1), (3, 1)).ToArray(), new() { MaximumThreads = 2 } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Feed_BadStream_SaysWhat(string message, Func<byte[]> bytes, NettraceLimits limits) =>
        Assert.Contains(message, Assert.Throws<BadNettraceException>(() => Read(bytes(), limits)).Message, StringComparison.Ordinal);

    [Fact]
    public void Feed_MutatedLiveStream_EndsInOrder()
    {
        var random = new Random(4711);
        var original = LiveStream.Bytes;
        var refused = 0;
        for (var round = 0; round < 400; round++)
        {
            // Mostly the beginning, where the structure is richest; a part of the stream is enough.
            var bytes = original.AsSpan(0, Math.Min(original.Length, 200_000)).ToArray();
            for (var mutations = random.Next(1, 8); mutations > 0; mutations--)
            {
                var at = random.Next(random.Next(2) == 0 ? 2000 : bytes.Length);
                if (random.Next(3) == 0) random.NextBytes(bytes.AsSpan(at, Math.Min(4, bytes.Length - at)));
                else bytes[at] ^= (byte)(1 << random.Next(8));
            }
            try
            {
                Read(bytes, new() { MaximumHeldBytes = 1 << 20, MaximumStackBytes = 1 << 20 });
            }
            catch (BadNettraceException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 20, 399);
    }
}
