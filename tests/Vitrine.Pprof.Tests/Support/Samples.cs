namespace Vitrine.Pprof.Tests.Support;

/// <summary>Small profiles made by hand, and random ones from a seed.</summary>
public static class Samples
{
    /// <summary>A heap-like profile: two types, two mappings, inlined lines, labels of every kind.</summary>
    public static Profile Small(ulong slide = 0, long factor = 1)
    {
        var builder = new ProfileBuilder(new SampleType("alloc_objects", "count"), new SampleType("alloc_space", "bytes"))
        {
            DefaultSampleType = "alloc_space",
            PeriodType = new SampleType("space", "bytes"),
            Period = 524288,
            TimeNanos = 1_700_000_000_000_000_000 + factor,
            DurationNanos = 1_000_000_000,
            DropFrames = "runtime\\.mallocgc|malloc",
            KeepFrames = "runtime\\.keep",
            DocUrl = "https://example.org/heap",
        };
        builder.Comments.Add("made by hand");
        var binary = builder.Mapping(0x400000 + slide, 0x500000 + slide, 0x1000, "/bin/server", "abcd", MappingSymbols.All);
        var library = builder.Mapping(0x7f0000000000 + slide, 0x7f0000010000 + slide, 0, "/lib/libc.so.6", "", MappingSymbols.None);
        int main = builder.Function("main.main", "main.main", "/src/main.go", 10), serve = builder.Function("main.(*server).serve", "main.(*server).serve", "/src/server.go", 40),
            copy = builder.Function("main.copy", "main.copy", "/src/server.go", 90), malloc = builder.Function("runtime.mallocgc", "runtime.mallocgc", "/go/malloc.go", 900);
        var atMain = builder.Location(binary, 0x400100 + slide, [new Line(main, 12)]);
        var atServe = builder.Location(binary, 0x400200 + slide, [new Line(copy, 95, 7), new Line(serve, 44, 3)]);
        var atMalloc = builder.Location(binary, 0x400300 + slide, [new Line(malloc, 905)]);
        var atLibrary = builder.Location(library, 0x7f0000000123 + slide, [], isFolded: true);
        var bare = builder.Location(-1, 0, [new Line(main, 0)]);
        builder.AddSample([atMalloc, atServe, atMain], [1 * factor, 16 * factor], [new("bytes", null, 16, "bytes"), new("tenant", "blue"), new("tenant", "also")]);
        builder.AddSample([atMalloc, atServe, atMain], [2 * factor, 64 * factor], [new("bytes", null, 32, "bytes"), new("request", null, 7)]);
        builder.AddSample([atLibrary, atMain], [3 * factor, 300 * factor]);
        builder.AddSample([bare], [-4 * factor, 0], [new("tenant", "green")]);
        return builder.Build();
    }

    /// <summary>A random, valid profile.</summary>
    public static Profile Random(int seed, int samples = 200)
    {
        var random = new Random(seed);
        var types = random.Next(1, 5);
        var builder = new ProfileBuilder(Enumerable.Range(0, types).Select(i => new SampleType($"type{i}", random.Next(2) == 0 ? "count" : "bytes")))
        {
            Period = random.NextInt64(),
            TimeNanos = random.NextInt64(),
            DurationNanos = random.Next(),
            PeriodType = random.Next(2) == 0 ? new SampleType("cpu", "nanoseconds") : null,
            DefaultSampleType = random.Next(2) == 0 ? "type0" : "",
        };
        for (var i = random.Next(5); i > 0; i--)
            builder.Comments.Add($"comment {random.Next(3)}");
        int[] mappings = [.. Enumerable.Range(0, random.Next(0, 4)).Select(i => builder.Mapping((ulong)(i + 1) << 32, ((ulong)(i + 1) << 32) + (ulong)random.Next(1 << 20),
            (ulong)random.Next(9) << 12, random.Next(3) == 0 ? "" : $"/lib/{i}.so", random.Next(2) == 0 ? "" : $"build{i}", (MappingSymbols)random.Next(16)))];
        int[] functions = [.. Enumerable.Range(0, random.Next(1, 60)).Select(i => builder.Function($"package{i % 7}.Function{i}", $"_f{i % 50}", $"/src/file{i % 9}.go", i % 5 * 10L))];
        int[] locations = [.. Enumerable.Range(0, random.Next(1, 120)).Select(i => builder.Location(
            mappings.Length == 0 || random.Next(5) == 0 ? -1 : mappings[random.Next(mappings.Length)],
            (ulong)random.NextInt64(1L << random.Next(1, 62)),
            [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => new Line(functions[random.Next(functions.Length)], random.Next(500), random.Next(3)))],
            random.Next(20) == 0))];
        for (var i = 0; i < samples; i++)
        {
            builder.AddSample(
                [.. Enumerable.Range(0, random.Next(0, 20)).Select(_ => locations[random.Next(locations.Length)])],
                [.. Enumerable.Range(0, types).Select(_ => random.NextInt64(-5, 1000))],
                [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomLabel(random))]);
        }
        return builder.Build();
    }

    static Label RandomLabel(Random random) => random.Next(2) == 0
        ? new Label($"key{random.Next(4)}", $"text{random.Next(5)}")
        : new Label($"key{random.Next(4)}", null, random.Next(4), random.Next(2) == 0 ? "bytes" : null);
}
