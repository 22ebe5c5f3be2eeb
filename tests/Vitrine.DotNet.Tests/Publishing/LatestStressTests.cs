using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Publishing;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Publishing;

public sealed class LatestStressTests(ITestOutputHelper output)
{
    /// <summary>As large as a snapshot. Every word follows from the first two, so a copy that is not of one piece is seen.</summary>
    [InlineArray(56)]
    struct Checked
    {
        long _first;

        public static Checked Of(long writer, long number)
        {
            var value = default(Checked);
            value[0] = writer;
            value[1] = number;
            for (var i = 2; i < 56; i++)
                value[i] = unchecked((writer * 1_000_003 + number * 31 + i) * -7046029254386353131L);
            return value;
        }

        public readonly bool IsWhole
        {
            get
            {
                var expected = Of(this[0], this[1]);
                return ((ReadOnlySpan<long>)this).SequenceEqual(expected);
            }
        }
    }

    [FullRunOnly("seconds of up to 32 busy threads")]
    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(8, 1, 2)]
    [InlineData(4, 8, 2)]
    [InlineData(16, 16, 8)]
    public void ManyWritersAndReaders_NoReaderSeesATornOrOlderValue(int writers, int readers, int slots)
    {
        var latest = new Latest<Checked>(slots);
        Assert.False(latest.TryRead(out _, out _));
        long written = 0, dropped = 0, read = 0, torn = 0, backwards = 0;
        var stop = false;
        using var ready = new Barrier(writers + readers);
        var threads = new List<Thread>();
        for (var w = 0; w < writers; w++)
        {
            var id = w;
            threads.Add(new Thread(() =>
            {
                ready.SignalAndWait();
                long mine = 0, lost = 0;
                for (long n = 1; !Volatile.Read(ref stop); n++)
                {
                    if (latest.TryWrite(Checked.Of(id, n))) mine++; else lost++;
                }
                Interlocked.Add(ref written, mine);
                Interlocked.Add(ref dropped, lost);
            }));
        }
        for (var r = 0; r < readers; r++)
        {
            threads.Add(new Thread(() =>
            {
                ready.SignalAndWait();
                long count = 0, last = 0;
                while (!Volatile.Read(ref stop))
                {
                    if (!latest.TryRead(out var value, out var ticket)) continue;
                    count++;
                    if (!value.IsWhole) Interlocked.Increment(ref torn);
                    if (ticket < last) Interlocked.Increment(ref backwards);
                    last = ticket;
                }
                Interlocked.Add(ref read, count);
            }));
        }
        threads.ForEach(static one => one.Start());
        var begun = Stopwatch.GetTimestamp();
        // Enough of both, within a bound: the machine may be slow.
        SpinWait.SpinUntil(() => latest.Published > 50_000 && Stopwatch.GetElapsedTime(begun).TotalSeconds > 1, TimeSpan.FromSeconds(15));
        Volatile.Write(ref stop, true);
        threads.ForEach(static one => one.Join());

        output.WriteLine($"{written} written, {dropped} dropped, {read} read");
        Assert.Equal(0, torn);
        Assert.Equal(0, backwards);
        Assert.True(written > 0 && read > 0);
        Assert.Equal(dropped, latest.Dropped);
        // Nobody is in the middle of anything now: the last write can be read, and is whole.
        Assert.True(latest.TryRead(out var final, out var at));
        Assert.True(final.IsWhole);
        Assert.Equal(latest.Published, at);
    }

    [Fact]
    public void OneWriter_NeverDrops_AndAReaderGetsTheLastValue()
    {
        var latest = new Latest<Checked>(2);
        for (long n = 1; n <= 1000; n++)
        {
            Assert.True(latest.TryWrite(Checked.Of(7, n)));
            Assert.True(latest.TryRead(out var value, out var ticket));
            Assert.Equal((7, n, n), (value[0], value[1], ticket));
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3), InlineData(-8)]
    public void Slots_NotAPowerOfTwo_AreRefused(int slots) => Assert.Throws<ArgumentOutOfRangeException>(() => new Latest<long>(slots));
}
