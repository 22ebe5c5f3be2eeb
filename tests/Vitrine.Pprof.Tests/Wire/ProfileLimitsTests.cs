using System.IO.Compression;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests.Wire;

/// <summary>Each limit with an input that breaks it: refused by name, before memory is spent.</summary>
public sealed class ProfileLimitsTests
{
    static HandMade Tables(HandMade file) => file.Message(4, m => m.Number(1, 1)).Bytes(6, ""u8).Bytes(6, "x"u8);

    static HandMade Typed() => new HandMade().Message(1, m => m.Number(1, 1));

    public static TheoryData<string, ProfileLimits, byte[]> Exceeding => new()
    {
        { nameof(ProfileLimits.MaxSamples), new() { MaxSamples = 1 }, Tables(Typed().Message(2, m => m.Number(2, 1)).Message(2, m => m.Number(2, 1))).Content },
        { nameof(ProfileLimits.MaxStackDepth), new() { MaxStackDepth = 2 }, Tables(Typed().Message(2, m => m.Bytes(1, [1, 1, 1]).Number(2, 1))).Content },
        { nameof(ProfileLimits.MaxStackDepth), new() { MaxStackDepth = 2 }, Tables(Typed().Message(2, m => m.Number(1, 1).Number(1, 1).Number(1, 1).Number(2, 1))).Content },
        { nameof(ProfileLimits.MaxLabelsPerSample), new() { MaxLabelsPerSample = 1 }, Tables(Typed().Message(2, m => m.Number(2, 1).Message(3, l => l.Number(3, 1)).Message(3, l => l.Number(3, 2)))).Content },
        { nameof(ProfileLimits.MaxSampleTypes), new() { MaxSampleTypes = 1 }, Tables(Typed().Message(1, m => m.Number(1, 1))).Content },
        { nameof(ProfileLimits.MaxSampleTypes), new() { MaxSampleTypes = 1 }, Tables(Typed().Message(2, m => m.Bytes(2, [1, 1, 1]))).Content },
        { nameof(ProfileLimits.MaxLocations), new() { MaxLocations = 1 }, Tables(Typed().Message(4, m => m.Number(1, 2))).Content },
        { nameof(ProfileLimits.MaxLinesPerLocation), new() { MaxLinesPerLocation = 1 }, Tables(Typed().Message(4, m => m.Number(1, 2).Message(4, l => l.Number(1, 1)).Message(4, l => l.Number(1, 1)))).Content },
        { nameof(ProfileLimits.MaxFunctions), new() { MaxFunctions = 1 }, Tables(Typed().Message(5, m => m.Number(1, 1)).Message(5, m => m.Number(1, 2))).Content },
        { nameof(ProfileLimits.MaxMappings), new() { MaxMappings = 1 }, Tables(Typed().Message(3, m => m.Number(1, 1)).Message(3, m => m.Number(1, 2))).Content },
        { nameof(ProfileLimits.MaxStrings), new() { MaxStrings = 1 }, Tables(Typed()).Content },
        { nameof(ProfileLimits.MaxStringBytes), new() { MaxStringBytes = 3 }, Tables(Typed()).Bytes(6, "four"u8).Content },
        { nameof(ProfileLimits.MaxMessageBytes), new() { MaxMessageBytes = 30 }, Typed().Bytes(99, new byte[31]).Content },
        { nameof(ProfileLimits.MaxUncompressedBytes), new() { MaxUncompressedBytes = 5 }, Tables(Typed()).Content },
        { nameof(ProfileLimits.MaxTableBytes), new() { MaxTableBytes = 100 }, Tables(Typed().Message(2, m => m.Bytes(1, new byte[40].Select(_ => (byte)1).ToArray()).Number(2, 1))).Bytes(6, new byte[200]).Content },
    };

    [Theory]
    [MemberData(nameof(Exceeding))]
    public void Read_BeyondALimit_NamesTheLimit(string limit, ProfileLimits limits, byte[] content)
    {
        Assert.Contains(limit, Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(content, limits)).Message, StringComparison.Ordinal);
        // The same input within the default limits is either fine or wrong for another reason.
        var other = Record.Exception(() => ProfileReader.Read(content));
        Assert.True(other is null || !other.Message.Contains(limit, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_CompressedLargerThanAllowed_NamesTheLimit()
    {
        var bytes = ProfileWriter.ToBytes(Samples.Random(3));
        var refused = Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(bytes, new ProfileLimits { MaxCompressedBytes = bytes.Length - 1 }));
        Assert.Contains(nameof(ProfileLimits.MaxCompressedBytes), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_GzipBomb_StopsEarlyInLittleMemory()
    {
        // 3 GB of zero bytes inside an unknown field would be refused by its length; zeros as samples of a valid profile are a better bomb.
        var bomb = Bomb(new HandMade().Message(1, m => m.Number(1, 1)).Content, new HandMade().Message(2, m => m.Number(2, 0)).Content, 400_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(bomb, new ProfileLimits { MaxCompressionRatio = 200 }));
        Assert.Contains(nameof(ProfileLimits.MaxCompressionRatio), refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

    [Fact]
    public void Read_GzipBombBelowTheRatio_StopsAtTheTables()
    {
        var bomb = Bomb(new HandMade().Message(1, m => m.Number(1, 1)).Content, new HandMade().Message(2, m => m.Number(2, 0)).Content, 100_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(bomb, new ProfileLimits { MaxCompressionRatio = 2000, MaxTableBytes = 50_000_000 }));
        Assert.Contains(nameof(ProfileLimits.MaxTableBytes), refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

    [Fact]
    public void Read_LengthThatPromisesMuch_ClaimsNoMemory()
    {
        // A message of 15 MB that never comes.
        byte[] promise = [.. new HandMade().Message(1, m => m.Number(1, 1)).Content, 0x12, .. new HandMade().Varint(15 << 20).Content];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProfileFormatException>(() => ProfileReader.Read(promise));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    static byte[] Bomb(byte[] head, byte[] repeated, long size)
    {
        var block = new byte[repeated.Length * 4096];
        for (var i = 0; i < 4096; i++)
            repeated.CopyTo(block, i * repeated.Length);
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(head);
            for (long written = 0; written < size; written += block.Length)
                gzip.Write(block);
        }
        return memory.ToArray();
    }
}
