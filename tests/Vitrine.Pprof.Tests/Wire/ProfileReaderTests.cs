using System.IO.Compression;
using System.Text;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests.Wire;

public sealed class ProfileReaderTests
{
    static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(content);
        return memory.ToArray();
    }

    static ProfileFormatException Refused(byte[] bytes, ProfileLimits? limits = null) => Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(bytes, limits));

    [Fact]
    public void Read_SameContentPlainCompressedAndInPieces_SameProfile()
    {
        var plain = ProfileWriter.ToBytes(Samples.Small(), gzip: false);
        var expected = ProfileText.Of(Samples.Small());
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(plain)));
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(Gzip(plain))));
        using var trickle = new TrickleStream(Gzip(plain));
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(trickle)));
        using var plainTrickle = new TrickleStream(plain);
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(plainTrickle)));
    }

    [Fact]
    public void Read_GzipOfSeveralMembers_ReadsAll()
    {
        var plain = ProfileWriter.ToBytes(Samples.Random(5, samples: 2000), gzip: false);
        byte[] members = [.. Gzip(plain.AsSpan(0, 1000)), .. Gzip(plain.AsSpan(1000, 1)), .. Gzip([]), .. Gzip(plain.AsSpan(1001))];
        Assert.Equal(ProfileText.Of(ProfileReader.Read(plain)), ProfileText.Of(ProfileReader.Read(members)));
    }

    [Fact]
    public void Read_GzipCutOffAnywhere_IsRefused()
    {
        var whole = Gzip(ProfileWriter.ToBytes(Samples.Random(6, samples: 50), gzip: false));
        for (var length = 0; length < whole.Length; length++)
            Refused(whole[..length]);
    }

    [Fact]
    public void Read_SomethingBehindTheGzip_IsRefused()
    {
        var whole = Gzip(ProfileWriter.ToBytes(Samples.Small(), gzip: false));
        Refused([.. whole, .. "trailing"u8]);
    }

    [Fact]
    public void Read_PlainCutOffInsideAMessage_SaysWhereAndThatItIsCutOff()
    {
        var plain = ProfileWriter.ToBytes(Samples.Small(), gzip: false);
        Assert.Contains("cut off", Refused(plain[..^1]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NeverPanicsOnAnyPrefix_ProfileOrFormatException()
    {
        var plain = ProfileWriter.ToBytes(Samples.Small(), gzip: false);
        for (var length = 0; length < plain.Length; length++)
        {
            try
            {
                ProfileReader.Read(plain.AsSpan(0, length));
            }
            catch (ProfileFormatException)
            {
                // What is expected of most prefixes; anything else fails the test.
            }
        }
    }

    public static TheoryData<string, string> Foreign => new()
    {
        { "goroutine profile: total 12\n3 @ 0x1", "debug=1" },
        { "goroutine 1 [running]:\nmain.main()\n", "debug=2" },
        { "heap profile: 1: 2 [3: 4] @ heap/1048576", "old text form" },
        { "--- contention:\ncycles/second=1", "old text form" },
        { "threadcreate profile: total 9", "old text form" },
        { "<!DOCTYPE html><html><body>Sign in</body></html>", "web page" },
        { "\n<html>", "web page" },
        { "{\"error\":\"no such profile\"}", "JSON" },
        { "go 1.26 trace\0\0\0\u0001", "go tool trace" },
        { "PERFILE2xxxxxxxx", "perf.data" },
        { "FLR\0\0\u0002", "Flight Recorder" },
        { "Nettrace\u0014\0\0\0!FastSerialization.1", "dotnet-trace" },
        { "\u007fELF\u0002\u0001\u0001", "ELF" },
        { "main;serve;copy 12\nmain;serve 3\n", "folded" },
        { "PK\u0003\u0004", "ZIP" },
        { "hello, this is no profile", "text" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Read_AnotherFormat_SaysWhatItIs(string content, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(content);
        Assert.Contains(expected, Refused(bytes).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(expected, Refused(Gzip(bytes)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Read_OldBinaryCpuProfileAndZstd_SaysWhatItIs()
    {
        byte[] cpu = new byte[80];
        cpu[8] = 3;
        cpu[24] = 0x10;
        cpu[25] = 0x27;
        Assert.Contains("gperftools", Refused(cpu).Message, StringComparison.Ordinal);
        Assert.Contains("zstd", Refused([0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Empty_SaysEmpty()
    {
        Assert.Contains("empty", Refused([]).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Refused(Gzip([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoProfilesInOneFile_SaysMerge()
    {
        var one = ProfileWriter.ToBytes(Samples.Small());
        Assert.Contains("merge", Refused([.. one, .. one]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownFieldsEverywhere_ArePassedOver()
    {
        var file = new HandMade()
            .Message(1, m => m.Number(1, 1).Number(2, 2).Number(90, 7))
            .Message(2, m => m.Number(1, 1).Number(2, 5).Bytes(77, "later"u8).Fixed32(80, 1).Fixed64(81, 2))
            .Message(4, m => m.Number(1, 1).Message(4, l => l.Number(1, 1).Number(2, 9).Number(50, 1)).Number(60, 3))
            .Message(5, m => m.Number(1, 1).Number(2, 3).Bytes(70, "x"u8))
            .Bytes(6, ""u8).Bytes(6, "samples"u8).Bytes(6, "count"u8).Bytes(6, "main"u8)
            .Bytes(100, "unknown"u8).Number(101, 1).Fixed32(102, 1).Fixed64(103, 1);
        var profile = ProfileReader.Read(file.Content);
        Assert.Equal("main", profile.Functions[profile.Locations[0].Line(0).Function].Name);
        Assert.Equal(5, profile.Samples[0].Values[0]);
    }

    [Fact]
    public void Read_PackedAndUnpackedFields_MeanTheSame()
    {
        HandMade Tables(HandMade h) => h
            .Message(4, m => m.Number(1, 1)).Message(4, m => m.Number(1, 2)).Message(4, m => m.Number(1, 300))
            .Bytes(6, ""u8).Bytes(6, "a"u8).Bytes(6, "b"u8);
        var unpacked = Tables(new HandMade().Message(1, m => m.Number(1, 1)).Message(1, m => m.Number(1, 2))
            .Message(2, m => m.Number(1, 1).Number(2, 7).Number(1, 300).Number(2, 8).Number(1, 2)).Number(13, 1).Number(13, 2));
        var packed = Tables(new HandMade().Message(1, m => m.Number(1, 1)).Message(1, m => m.Number(1, 2))
            .Message(2, m => m.Bytes(1, [1, 0xAC, 0x02, 2]).Bytes(2, [7, 8])).Bytes(13, [1, 2]));
        var mixed = Tables(new HandMade().Message(1, m => m.Number(1, 1)).Message(1, m => m.Number(1, 2))
            .Message(2, m => m.Bytes(1, [1]).Number(1, 300).Bytes(1, [2]).Bytes(2, [7]).Number(2, 8)).Bytes(13, [1]).Number(13, 2));
        var expected = ProfileText.Of(ProfileReader.Read(unpacked.Content));
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(packed.Content)));
        Assert.Equal(expected, ProfileText.Of(ProfileReader.Read(mixed.Content)));
        Assert.Equal([0, 2, 1], ProfileReader.Read(packed.Content).Samples[0].LocationIndexes.ToArray());
    }

    [Fact]
    public void Read_IdsSparseLargeAndOutOfOrder_Resolve()
    {
        var file = new HandMade()
            .Message(1, m => m.Number(1, 1))
            .Message(2, m => m.Number(1, ulong.MaxValue).Number(1, 5).Number(2, 1))
            .Message(4, m => m.Number(1, 5).Number(2, 1UL << 40).Number(3, 0x10))
            .Message(4, m => m.Number(1, ulong.MaxValue).Message(4, l => l.Number(1, 1UL << 63)))
            .Message(3, m => m.Number(1, 1UL << 40).Number(5, 2))
            .Message(5, m => m.Number(1, 1UL << 63).Number(2, 1))
            .Bytes(6, ""u8).Bytes(6, "n"u8).Bytes(6, "file"u8);
        var profile = ProfileReader.Read(file.Content);
        Assert.Equal([1, 0], profile.Samples[0].LocationIndexes.ToArray());
        Assert.Equal("file", profile.Locations[0].Mapping!.Value.File);
        Assert.Equal("n", profile.Functions[profile.Locations[1].Line(0).Function].Name);
    }

    static HandMade Valid(Action<HandMade> change)
    {
        var file = new HandMade().Message(1, m => m.Number(1, 1).Number(2, 1));
        change(file);
        return file.Message(4, m => m.Number(1, 1)).Message(3, m => m.Number(1, 1)).Message(5, m => m.Number(1, 1)).Bytes(6, ""u8).Bytes(6, "x"u8);
    }

    public static TheoryData<string, byte[]> Invalid => new()
    {
        { "sample 0 refers to location id 9", Valid(h => h.Message(2, m => m.Number(1, 9).Number(2, 1))).Content },
        { "location is referred to by id 0", Valid(h => h.Message(2, m => m.Number(1, 0).Number(2, 1))).Content },
        { "has 2 values", Valid(h => h.Message(2, m => m.Number(1, 1).Number(2, 1).Number(2, 1))).Content },
        { "has 0 values", Valid(h => h.Message(2, m => m.Number(1, 1))).Content },
        { "two locations have the id 1", Valid(h => h.Message(4, m => m.Number(1, 1))).Content },
        { "two functions have the id 1", Valid(h => h.Message(5, m => m.Number(1, 1))).Content },
        { "two mappings have the id 1", Valid(h => h.Message(3, m => m.Number(1, 1))).Content },
        { "location has id 0", Valid(h => h.Message(4, m => m.Number(3, 1))).Content },
        { "function has id 0", Valid(h => h.Message(5, m => m.Number(2, 1))).Content },
        { "mapping has id 0", Valid(h => h.Message(3, m => m.Number(2, 0))).Content },
        { "refers to function id 8", Valid(h => h.Message(4, m => m.Number(1, 2).Message(4, l => l.Number(1, 8)))).Content },
        { "refers to mapping id 8", Valid(h => h.Message(4, m => m.Number(1, 2).Number(2, 8))).Content },
        { "function is referred to by id 0", Valid(h => h.Message(4, m => m.Number(1, 2).Message(4, l => l.Number(2, 8)))).Content },
        { "refers to string 7", Valid(h => h.Message(5, m => m.Number(1, 2).Number(2, 7))).Content },
        { "label refers to string 7", Valid(h => h.Message(2, m => m.Number(2, 1).Message(3, l => l.Number(1, 7).Number(3, 1)))).Content },
        { "cannot exist", Valid(h => h.Number(14, ulong.MaxValue)).Content },
        { "ends before that", Valid(h => h.Message(3, m => m.Number(1, 2).Number(2, 0x20).Number(3, 0x10))).Content },
        { "no sample types", new HandMade().Message(2, m => m.Number(2, 1)).Bytes(6, ""u8).Content },
        { "must be the empty one", new HandMade().Bytes(6, "a"u8).Content },
        { "wire type", Valid(h => h.Bytes(9, "a"u8)).Content },
        { "wire type", Valid(h => h.Number(2, 1)).Content },
        { "longer than the 10 bytes", Valid(h => h.Raw([0x48, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])).Content },
        { "claims", Valid(h => h.Message(2, m => m.Raw([0x0A, 0x7F]))).Content },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Read_Invalid_NamesWhatIsWrong(string expected, byte[] content) =>
        Assert.Contains(expected, Refused(content).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Read_LabelsOutOfOrder_AreBroughtIntoOrder()
    {
        var file = new HandMade()
            .Message(1, m => m.Number(1, 1))
            .Message(2, m => m.Number(2, 1).Message(3, l => l.Number(1, 3).Number(3, 5)).Message(3, l => l.Number(1, 3).Number(2, 1)).Message(3, l => l.Number(1, 2).Number(2, 1)))
            .Message(2, m => m.Number(2, 2).Message(3, l => l.Number(1, 2).Number(2, 1)).Message(3, l => l.Number(1, 3).Number(2, 1)).Message(3, l => l.Number(1, 3).Number(3, 5)))
            .Bytes(6, ""u8).Bytes(6, "v"u8).Bytes(6, "a"u8).Bytes(6, "b"u8);
        var profile = ProfileReader.Read(file.Content);
        Assert.Equal([new Label("a", "v"), new Label("b", "v"), new Label("b", null, 5)], profile.Samples[0].Labels);
        Assert.Equal(profile.Samples[0].LabelSetIndex, profile.Samples[1].LabelSetIndex);
    }

    [Fact]
    public void Read_StringsThatAreNotUtf8_SurviveARoundTrip()
    {
        byte[] odd = [0xFF, 0xFE, (byte)'x'];
        var file = new HandMade().Message(1, m => m.Number(1, 1)).Message(5, m => m.Number(1, 1).Number(2, 2)).Bytes(6, ""u8).Bytes(6, "t"u8).Bytes(6, odd);
        Assert.True(ProfileWriter.ToBytes(ProfileReader.Read(file.Content), gzip: false).AsSpan().IndexOf(odd) > 0);
    }
}
