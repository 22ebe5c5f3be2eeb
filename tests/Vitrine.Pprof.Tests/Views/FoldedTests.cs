using System.Text;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class FoldedTests
{
    static string Written(Profile profile, int valueIndex = 0) => ViewProfiles.Text(stream => Folded.Write(profile, stream, valueIndex));

    static Profile Read(string text, ProfileLimits? limits = null) => Folded.Read(ViewProfiles.Stream(text), limits: limits);

    [Fact]
    public void Write_Service_IsAsKept() => Golden.Check("service.folded", Written(ViewProfiles.Service(), 1));

    [Fact]
    public void Write_HostileNames_AreOneLineEach()
    {
        var lines = Written(ViewProfiles.Hostile()).TrimEnd('\n').Split('\n');
        Assert.Equal(ViewProfiles.HostileNames.Length, lines.Length);
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain('\r', line);
            Assert.DoesNotContain('\0', line);
            Assert.Equal(2, line.Split(';').Length);
        });
    }

    [Fact]
    public void Read_WhatWasWritten_RestoresEveryName()
    {
        var names = ViewProfiles.Lines(Read(Written(ViewProfiles.Hostile())));
        // UTF-8 has no half surrogate pairs, and a function without a name is shown as unknown.
        var expected = ViewProfiles.Lines(ViewProfiles.Hostile()).Select(line => line.Replace("half\ud800pair", "half\ufffdpair").Replace("main.main\u0001 24", "main.main\u0001<unknown> 24"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Read_AnyStacksWritten_GivesTheSameTree() => Stacks.ForAny(stacks =>
    {
        var written = Written(ViewProfiles.Of([.. stacks]));
        Assert.Equal(written, Written(Read(written)));
    });

    [Theory]
    [InlineData("a;b 3\n", "a\u0001b 3")]
    [InlineData("a;b 3", "a\u0001b 3")]
    [InlineData("a;b 3\r\n\r\n", "a\u0001b 3")]
    [InlineData("# comment\n\na 1\n", "a 1")]
    [InlineData("\uFEFFa 1", "a 1")]
    [InlineData("a\t7", "a 7")]
    [InlineData("operator new(unsigned long);memset 2", "operator new(unsigned long)\u0001memset 2")]
    [InlineData("a 2.6", "a 3")]
    [InlineData("a 1e3", "a 1000")]
    [InlineData("a -4", "a -4")]
    [InlineData("12", " 12")]
    [InlineData("a;;b 1", "a\u0001\u0001b 1")]
    public void Read_LineOfOtherTools_IsUnderstood(string text, string expected) => Assert.Equal([expected], ViewProfiles.Lines(Read(text)));

    [Theory]
    [InlineData("no number here", "line 1")]
    [InlineData("a 1\nb;c\n", "line 2")]
    [InlineData("a 1e300", "line 1")]
    [InlineData("a NaN", "line 1")]
    [InlineData("{\"json\": true}", "line 1")]
    public void Read_LineWithoutNumber_NamesTheLine(string text, string where) =>
        Assert.Contains(where, Assert.Throws<ProfileFormatException>(() => Read(text)).Message, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("a;b;c;d 1", nameof(ProfileLimits.MaxStackDepth))]
    [InlineData("a 1\na 1\nb 1\nb 1", nameof(ProfileLimits.MaxSamples))]
    [InlineData("a;b 1\nc;d 1", nameof(ProfileLimits.MaxLocations))]
    [InlineData("abcdefghijklmnop 1", nameof(ProfileLimits.MaxStringBytes))]
    [InlineData("a;b;c 10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", nameof(ProfileLimits.MaxMessageBytes))]
    public void Read_MoreThanALimit_NamesTheLimit(string text, string limit)
    {
        var limits = new ProfileLimits { MaxStackDepth = 3, MaxSamples = 3, MaxLocations = 3, MaxStringBytes = 8, MaxMessageBytes = 64 };
        Assert.Contains(limit, Assert.Throws<ProfileFormatException>(() => Read(text, limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EndlessLineWithoutLineFeed_StopsAtTheLimit() =>
        Assert.Throws<ProfileFormatException>(() => Folded.Read(new EndlessStream((byte)'x'), limits: new ProfileLimits { MaxMessageBytes = 1 << 20 }));

    [Fact]
    public void Read_EndlessLines_StopsAtTheLimit() =>
        Assert.Throws<ProfileFormatException>(() => Folded.Read(new EndlessStream((byte)'\n'), limits: new ProfileLimits { MaxUncompressedBytes = 1 << 20 }));

    [Fact]
    public void Read_RandomBytes_NeverFailsOtherwise()
    {
        var random = new Random(7);
        var good = Encoding.UTF8.GetBytes(Written(ViewProfiles.Hostile()));
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = good.AsSpan(0, 1 + random.Next(4_000)).ToArray();
            for (var k = random.Next(8); k >= 0; k--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Folded.Read(new MemoryStream(bytes));
            }
            catch (ProfileFormatException)
            {
                // what bad input is answered with
            }
        }
    }

    [Fact]
    public void Write_Difference_SaysWhatToDoInstead() =>
        Assert.Contains(".svg", Assert.Throws<NotSupportedException>(() => Written(ViewProfiles.Of("a -1"))).Message, StringComparison.Ordinal);
}
