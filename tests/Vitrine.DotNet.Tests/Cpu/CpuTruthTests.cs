using Vitrine.DotNet.Cpu;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Cpu;

/// <summary>What the profile claims against the threads' own clocks, and who called whom. Alone, because the truth is about this process's threads.</summary>
public sealed class CpuTruthTests
{
    const int Hz = 199;

    static readonly string[] s_names = ["loop", "hash", "zip", "small"];
    static readonly string[] s_functions = [nameof(Work.Loop), nameof(Work.Hash), nameof(Work.Zip), nameof(Work.Small)];

    static Scene Play(CpuBackend backend, int threads, double secondsEach) => Scene.Play(
        new() { Backend = backend, RateHz = Hz },
        [.. Enumerable.Range(0, threads).Select(i => (s_names[i % s_names.Length], Work.All[i % Work.All.Length], TimeSpan.FromSeconds(secondsEach)))]);

    /// <summary>
    /// By how much a function may be off: 5 %, and what sampling itself can do. The clock of a thread on a processor rounds to a period, evenly distributed over one: 0.29 periods of standard deviation for each
    /// of its two processors. Sampling whole processors is by chance: the root of the number of samples. Three standard deviations.
    /// </summary>
    static double Tolerance(CpuBackend backend, long clock, int threads)
    {
        var samples = clock / 1e9 * Hz;
        var deviation = backend switch
        {
            CpuBackend.PerfThreads => 0.29 * Math.Sqrt(Math.Min(2, Environment.ProcessorCount) * threads),
            CpuBackend.PerfProcessors => Math.Sqrt(samples),
            // What it took in a tenth of a second goes to whatever the sampler saw of it then: the first and the last of a thread's few are not all the function's.
            _ => 0.05 / 3 * samples,
        };
        return 0.05 + 3 * deviation / samples;
    }

    [FullRunOnly("seconds of processor time on up to forty threads; the other tests of this class and CpuInstrumentTests stay")]
    [Theory]
    [InlineData(CpuBackend.PerfThreads, 1, 0.8)]
    [InlineData(CpuBackend.PerfThreads, 2, 0.6)]
    [InlineData(CpuBackend.PerfThreads, 8, 0.3)]
    [InlineData(CpuBackend.PerfThreads, 40, 0.12)]
    [InlineData(CpuBackend.PerfProcessors, 8, 0.3)]
    [InlineData(CpuBackend.EventPipe, 8, 0.4)] // longer: the first and the last tenth of a second of each thread are the error
    public void Record_BusyThreads_EachFunctionTookWhatItsThreadsClocksSay(CpuBackend backend, int threads, double secondsEach)
    {
        // A sample that was lost or late is the machine's doing: up to three times.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Check(Play(backend, threads, secondsEach), backend, threads);
                return;
            }
            catch (Xunit.Sdk.XunitException) when (attempt < 3)
            {
            }
        }
    }

    static void Check(Scene scene, CpuBackend backend, int threads)
    {
        for (var i = 0; i < Math.Min(threads, s_names.Length); i++)
        {
            var clock = scene.Clock(s_names[i]);
            var samples = scene.Of(s_names[i]).ToList();
            var claimed = (double)Scene.Nanoseconds(samples.Where(sample => scene.Has(sample, s_functions[i])));
            var sameName = (threads + s_names.Length - 1 - i) / s_names.Length;
            var tolerance = Tolerance(backend, clock, sameName);
            Assert.True(Math.Abs(claimed / clock - 1) <= tolerance, $"{backend}, {threads} threads: {s_functions[i]} claims {claimed / 1e6:F0} ms, its threads took {clock / 1e6:F0} ms; {scene.Recording.Lost} lost; {string.Join(" ", scene.Recording.Look.Notes)}");
        }
    }

    [Fact]
    public void Record_NativeCodeAndSmallMethods_HaveTheirTrueCallers()
    {
        var scene = Play(CpuBackend.PerfThreads, 4, 0.7);

        // The native work is called from nowhere else in its thread: what is not below it is the thread's beginning and end.
        foreach (var (thread, function) in ((string, string)[])[("hash", nameof(Work.Hash)), ("zip", nameof(Work.Zip))])
        {
            var others = scene.Of(thread).Where(sample => !scene.Has(sample, function)).Select(sample => string.Join(" < ", scene.Profile.FunctionsOf(sample).Select(static one => one.Name))).ToList();
            Assert.True(others.Count <= 0.03 * Scene.Count(scene.Of(thread)), $"{others.Count} of {Scene.Count(scene.Of(thread))} in {thread}:\n{string.Join("\n", others)}");
        }

        // Methods without a frame: the chain is whole in each sample.
        var small = scene.Of("small").Where(sample => scene.Has(sample, nameof(Work.SmallLeaf))).ToList();
        Assert.True(Scene.Count(small) > 20);
        Assert.All(small, sample =>
        {
            var names = scene.Profile.FunctionsOf(sample).Select(static one => one.Name).ToList();
            var at = names.IndexOf($"{typeof(Work).FullName}.{nameof(Work.SmallLeaf)}");
            Assert.Equal([$"{typeof(Work).FullName}.{nameof(Work.SmallCaller)}", $"{typeof(Work).FullName}.{nameof(Work.Small)}"], names[(at + 1)..(at + 3)]);
        });
    }

    [Fact]
    public void Record_StackLargerThanTheCopy_GoesOnByTheKernelsChain()
    {
        // 70 calls of some 400 bytes each, of which 2 KB are copied. Where native code at the leaf uses the frame pointer for something else, the kernel has no chain: such stacks say that they end.
        var scene = Scene.Play(new() { Backend = CpuBackend.PerfThreads, RateHz = Hz, StackBytes = 2048 }, ("deep", Work.Deep, TimeSpan.FromSeconds(0.6)));
        var samples = scene.Of("deep").Where(sample => scene.Has(sample, nameof(Work.Loop))).ToList();

        Assert.True(Scene.Count(samples) > 50);
        var whole = samples.Where(sample => scene.Has(sample, nameof(Work.Deep))).ToList();
        Assert.True(Scene.Count(whole) >= 0.9 * Scene.Count(samples), $"{Scene.Count(whole)} of {Scene.Count(samples)}, such as {string.Join(" < ", scene.Profile.FunctionsOf(samples[0]).Select(static one => one.Name))}");
        Assert.All(whole, sample => Assert.Equal(71, scene.Profile.FunctionsOf(sample).Count(static one => one.Name.EndsWith(".Deeper", StringComparison.Ordinal))));
    }

    [Fact]
    public void Record_WithoutCopiedStacks_NeverNamesAWrongCallerWithoutSayingSo()
    {
        var scene = Scene.Play(new() { Backend = CpuBackend.PerfThreads, RateHz = Hz, StackBytes = 64 }, ("hash", Work.Hash, TimeSpan.FromSeconds(0.5)));

        // Whatever does not lead to the function says that its callers are not known.
        Assert.All(scene.Of("hash").Where(sample => sample.Values[1] > 0 && !scene.Has(sample, nameof(Work.Hash))), sample =>
        {
            var names = scene.Profile.FunctionsOf(sample).Select(static one => one.Name).ToList();
            Assert.True(names.Exists(static name => name.Contains("not known", StringComparison.Ordinal) || name.Contains("Until", StringComparison.Ordinal) || name.Contains("Start", StringComparison.Ordinal)), string.Join(" < ", names));
        });
    }
}
