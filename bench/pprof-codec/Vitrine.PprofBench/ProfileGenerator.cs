using Vitrine.Pprof;

namespace Vitrine.PprofBench;

/// <summary>
/// Makes a profile that looks like a CPU profile of a busy server over some minutes: stacks 10 to 60 deep that share their roots, a third of the locations with an inlined call, labels on most samples (route, tenant, thread), and every stack seen under about four label sets, in no particular order. All seeds share one
/// program and half of their stacks, so that profiles of different seeds merge; each is loaded at another address.
/// </summary>
static class ProfileGenerator
{
    // Measured on the result: what one sample, one location and one function take in the file.
    const int BytesPerSample = 112;

    public static Profile Make(long bytes, int seed)
    {
        var samples = Math.Max(100, bytes / BytesPerSample);
        var functions = (int)Math.Clamp(samples / 40, 300, 40_000);
        var program = new Random(1);
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"))
        {
            PeriodType = new SampleType("cpu", "nanoseconds"),
            Period = 10_000_000,
            TimeNanos = 1_700_000_000_000_000_000 + seed,
            DurationNanos = 60_000_000_000,
        };
        var slide = (ulong)seed << 21;
        var binary = builder.Mapping(0x400000 + slide, 0x8400000 + slide, 0, "/usr/local/bin/server", "f00dcafe", MappingSymbols.All);
        var locations = Locations(builder, binary, 0x400000 + slide, functions, program);
        AddSamples(builder, new Random(seed + 100), locations, samples);
        return builder.Build();
    }

    static int[] Locations(ProfileBuilder builder, int binary, ulong start, int functions, Random program)
    {
        int[] ids = [.. Enumerable.Range(0, functions).Select(i => builder.Function(
            $"github.com/example/service/internal/package{i % 211}.(*Handler{i % 17}).Method{i}", $"github.com/example/service/internal/package{i % 211}.(*Handler{i % 17}).Method{i}",
            $"/build/src/github.com/example/service/internal/package{i % 211}/file{i % 13}.go", i % 900 + 1))];
        var locations = new int[functions * 3];
        for (var i = 0; i < locations.Length; i++)
        {
            var outer = new Line(ids[i % functions], i % 900 + 1 + program.Next(80));
            var address = start + 0x1000 + (ulong)i * 37;
            locations[i] = i % 3 == 0
                ? builder.Location(binary, address, [new Line(ids[program.Next(functions)], program.Next(1, 900)), outer])
                : builder.Location(binary, address, [outer]);
        }
        return locations;
    }

    static void AddSamples(ProfileBuilder builder, Random random, int[] locations, long samples)
    {
        string[] routes = [.. Enumerable.Range(0, 50).Select(i => $"/api/v1/resource{i}")];
        string[] tenants = [.. Enumerable.Range(0, 400).Select(i => $"tenant-{i:x4}")];
        var stacks = Stacks(random, locations, (int)(samples / 4) + 1);
        Span<long> values = stackalloc long[2];
        var labels = new Label[3];
        for (long i = 0; i < samples; i++)
        {
            var count = random.Next(1, 20);
            (values[0], values[1]) = (count, count * 10_000_000L);
            labels[0] = new Label("route", routes[random.Next(routes.Length)]);
            labels[1] = new Label("tenant", tenants[random.Next(tenants.Length)]);
            labels[2] = new Label("thread", null, random.Next(1, 65));
            builder.AddSample(stacks[random.Next(stacks.Length)], values, random.Next(5) == 0 ? [] : labels.AsSpan(0, random.Next(2, 4)));
        }
    }

    /// <summary>
    /// Walks down a call graph in which every location calls six others, one of them far more often than the rest: so stacks share their roots, as they do in a real program.
    /// </summary>
    static int[][] Stacks(Random seeded, int[] locations, int count)
    {
        var shared = new Random(2);
        var stacks = new int[count][];
        for (var i = 0; i < count; i++)
        {
            // The first half is the same for every seed.
            var random = i < count / 2 ? shared : seeded;
            var stack = new int[random.Next(10, 61)];
            var at = (uint)random.Next(3);
            for (var frame = stack.Length - 1; frame >= 0; frame--)
            {
                stack[frame] = locations[at % (uint)locations.Length];
                uint callee = 0;
                while (callee < 5 && random.Next(10) >= 7)
                    callee++;
                at = (at + callee + 1) * 2_654_435_761;
            }
            stacks[i] = stack;
        }
        return stacks;
    }
}
