using System.IO.Compression;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests.Wire;

/// <summary>
/// Mutation fuzzing of bounded length. Whatever the bytes, the reader gives a valid profile or a <see cref="ProfileFormatException"/>, within its memory limit; what it does
/// accept can be written, read again and merged. The seeds are profiles of every kind; the random numbers start from the test's argument, so a failure repeats.
/// </summary>
public sealed class ProfileFuzzTests
{
    const int RoundsPerSeed = 3_000;

    static readonly ProfileLimits Tight = new() { MaxTableBytes = 32 << 20, MaxUncompressedBytes = 32 << 20 };

    static readonly byte[][] Interesting =
    [
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x07],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [0x80, 0x00],
        [0x0A, 0x00],
        [0x12, 0x80, 0x80, 0x80, 0x04],
        [0x32, 0xFF, 0xFF, 0x3F],
        [0x00],
        [0x7F],
    ];

    static byte[][] Seeds =>
    [
        ProfileWriter.ToBytes(Samples.Small(), gzip: false),
        ProfileWriter.ToBytes(Samples.Random(1, samples: 20), gzip: false),
        ProfileWriter.ToBytes(Diff.Marked(Samples.Small(), Samples.Small(factor: 2)), gzip: false),
        new HandMade().Message(1, m => m.Number(1, 1)).Message(2, m => m.Number(1, ulong.MaxValue).Number(2, 1)).Message(4, m => m.Number(1, ulong.MaxValue)).Bytes(6, ""u8).Bytes(6, "x"u8).Content,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_MutatedPlain_ProfileOrFormatException(int seed)
    {
        var random = new Random(seed);
        int read = 0, refused = 0;
        foreach (var original in Seeds)
            for (var round = 0; round < RoundsPerSeed; round++)
                Count(Try(Mutate(original, random), seed, round), ref read, ref refused);
        // A fuzzer that is refused always, or never, tests nothing.
        Assert.True(read > 500, $"{read} of {read + refused} were accepted");
        Assert.True(refused > 500, $"{refused} of {read + refused} were refused");
    }

    [Theory]
    [InlineData(3)]
    public void Read_MutatedGzip_ProfileOrFormatException(int seed)
    {
        var random = new Random(seed);
        int read = 0, refused = 0;
        foreach (var original in Seeds)
        {
            for (var round = 0; round < RoundsPerSeed; round++)
            {
                // Half of them damaged inside the compression, half compressed after the damage.
                var bytes = round % 2 == 0 ? Mutate(Gzip(original), random) : Gzip(Mutate(original, random));
                Count(Try(bytes, seed, round), ref read, ref refused);
            }
        }
        Assert.True(refused > 500, $"{refused} of {read + refused} were refused");
    }

    [Theory]
    [InlineData(4)]
    public void Read_RandomBytes_ProfileOrFormatException(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Try(bytes, seed, round);
        }
    }

    static void Count(bool accepted, ref int read, ref int refused)
    {
        if (accepted)
            read++;
        else
            refused++;
    }

    static bool Try(byte[] bytes, int seed, int round)
    {
        try
        {
            var profile = ProfileReader.Read(bytes, Tight);
            var again = ProfileReader.Read(ProfileWriter.ToBytes(profile, gzip: false));
            if (ProfileText.Of(profile) != ProfileText.Of(again))
                Assert.Fail($"seed {seed}, round {round}: a round trip changed the profile {Convert.ToHexString(bytes)}");
            if (profile.SampleTypes.Count > 0)
                Merge.Of(profile, again);
            return true;
        }
        catch (ProfileFormatException)
        {
            return false;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"seed {seed}, round {round}: {e.GetType().Name} for {Convert.ToHexString(bytes)}", e);
        }
    }

    static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Interesting[random.Next(Interesting.Length)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(bytes.Count / 2)));
                    break;
                default:
                    var number = Interesting[random.Next(Interesting.Length)];
                    for (var i = 0; i < number.Length && at + i < bytes.Count; i++)
                        bytes[at + i] = number[i];
                    break;
            }
            if (bytes.Count == 0)
                bytes.Add(0);
        }
        return [.. bytes];
    }

    static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return memory.ToArray();
    }
}
