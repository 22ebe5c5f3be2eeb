using System.IO.Compression;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests.Wire;

public sealed class ProfileWriterTests
{
    [Fact]
    public void Write_SameProfileTwice_SameBytes()
    {
        Assert.Equal(ProfileWriter.ToBytes(Samples.Small()), ProfileWriter.ToBytes(Samples.Small()));
        Assert.Equal(ProfileWriter.ToBytes(Samples.Random(7)), ProfileWriter.ToBytes(Samples.Random(7)));
    }

    [Fact]
    public void Write_AfterReadingItself_SameBytes()
    {
        var bytes = ProfileWriter.ToBytes(Samples.Random(8));
        Assert.Equal(bytes, ProfileWriter.ToBytes(ProfileReader.Read(bytes)));
    }

    [Fact]
    public void Write_StringTableInAnotherOrder_SameBytes()
    {
        // The same profile, once with its strings numbered otherwise and one of them twice.
        HandMade File(ulong type, ulong unit, ulong name, ulong file, params string[] strings)
        {
            var made = new HandMade()
                .Message(1, m => m.Number(1, type).Number(2, unit))
                .Message(2, m => m.Number(1, 1).Number(2, 4))
                .Message(4, m => m.Number(1, 1).Message(4, l => l.Number(1, 1)))
                .Message(5, m => m.Number(1, 1).Number(2, name).Number(4, file));
            foreach (var text in strings)
                made.Bytes(6, System.Text.Encoding.UTF8.GetBytes(text));
            return made;
        }

        var one = ProfileReader.Read(File(1, 2, 3, 3, "", "samples", "count", "main").Content);
        var other = ProfileReader.Read(File(4, 1, 2, 3, "", "count", "main", "main", "samples").Content);
        Assert.Equal(ProfileWriter.ToBytes(one), ProfileWriter.ToBytes(other));
    }

    [Fact]
    public void Write_Gzip_HasNoTimeInIt()
    {
        var bytes = ProfileWriter.ToBytes(Samples.Small());
        Assert.Equal([0x1F, 0x8B, 8], bytes[..3]);
        Assert.Equal([0, 0, 0, 0], bytes[4..8]);
    }

    [Fact]
    public void WriteFile_NameEndsInPb_IsPlain()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-");
        string plain = Path.Combine(folder.FullName, "a.pb"), compressed = Path.Combine(folder.FullName, "a.pb.gz");
        ProfileWriter.WriteFile(Samples.Small(), plain);
        ProfileWriter.WriteFile(Samples.Small(), compressed, CompressionLevel.SmallestSize);
        Assert.NotEqual(0x1F, File.ReadAllBytes(plain)[0]);
        Assert.Equal(0x1F, File.ReadAllBytes(compressed)[0]);
        Assert.Equal(ProfileText.Of(ProfileReader.ReadFile(plain)), ProfileText.Of(ProfileReader.ReadFile(compressed)));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Write_MoreSamples_AllocatesNoMore()
    {
        // Nothing per sample: ten times the samples over the same stacks, labels and names may cost no more than buffers that grow.
        Profile few = Repeated(1_000), many = Repeated(100_000);
        long Allocated(Profile profile)
        {
            ProfileWriter.Write(profile, Stream.Null, gzip: false);
            // The least of some rounds: buffers that are rented may have been dropped meanwhile, and code that is compiled again may allocate once.
            return Enumerable.Range(0, 5).Min(_ =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                ProfileWriter.Write(profile, Stream.Null, gzip: false);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
        }

        Assert.InRange(Allocated(many) - Allocated(few), -1_000, 1_000);
    }

    [Fact]
    public void Read_MoreSamples_AllocatesOnlyTheirColumns()
    {
        byte[] few = ProfileWriter.ToBytes(Repeated(10_000), gzip: false), many = ProfileWriter.ToBytes(Repeated(110_000), gzip: false);
        long Allocated(byte[] bytes)
        {
            ProfileReader.Read(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            ProfileReader.Read(bytes);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Stack, label set and two values: 24 bytes a sample, in segments of 65,536 rows of which the last may be nearly empty.
        var perSample = (Allocated(many) - Allocated(few)) / 100_000.0;
        Assert.InRange(perSample, 0, 24 * 2);
    }

    static Profile Repeated(int count)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"));
        var function = builder.Function("main");
        int[] stack = [.. Enumerable.Range(0, 40).Select(i => builder.Location(-1, (ulong)i, [new Line(function, i)]))];
        for (var i = 0; i < count; i++)
            builder.AddSample(stack.AsSpan(i % 30), [i, 1_000_000_000], [new Label("thread", null, 1 + (i % 8)), new Label("route", i % 2 == 0 ? "/a" : "/b")]);
        return builder.Build();
    }
}
