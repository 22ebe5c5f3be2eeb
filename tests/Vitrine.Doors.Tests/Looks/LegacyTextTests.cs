using Vitrine.Doors.Looks;
using Vitrine.Pprof;

namespace Vitrine.Doors.Tests.Looks;

public sealed class LegacyTextTests
{
    // A hundred megabytes of text from a profile of a few kilobytes: a long name in deep stacks.
    static Profile Large()
    {
        var builder = new ProfileBuilder(new SampleType("count", "count"));
        var name = builder.Function(new string('n', 1000));
        int[] locations = [.. Enumerable.Range(0, 1000).Select(address => builder.Location(-1, (ulong)address, [new Line(name, 1)]))];
        for (var depth = 900; depth < 1000; depth++)
            builder.AddSample(locations.AsSpan(0, depth), [1]);
        return builder.Build();
    }

    [Fact]
    public void Write_MoreThanTheBound_EndsThere_WithoutTheRestInMemory()
    {
        var profile = Large();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<LookFaultException>(() =>
        {
            using var text = new StreamWriter(new BoundedStream(Stream.Null, 100_000));
            LegacyText.Write("big", profile, text);
        });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Write_InPortions_IsWhole()
    {
        using var text = new StringWriter();

        LegacyText.Write("big", Large(), text);

        var lines = text.ToString().Split('\n');
        Assert.Equal("big profile: total 100", lines[0]);
        Assert.Equal(Enumerable.Range(900, 100).Sum(), lines.Count(static line => line.EndsWith('n')));
        Assert.Equal(100, lines.Count(static line => line.StartsWith("1 @ 0x0 ", StringComparison.Ordinal)));
    }
}
