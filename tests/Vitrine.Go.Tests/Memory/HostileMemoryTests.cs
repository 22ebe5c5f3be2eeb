using Vitrine.Go.Memory;
using Vitrine.Go.Profiles;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Memory;

/// <summary>The readers on a copy of a real process whose words are spoiled one after the other: whatever is there, they end, and say it in their own words.</summary>
public sealed class HostileMemoryTests
{
    const int Rounds = 400;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public async Task Read_SpoiledMemory_NeitherThrowsNorHangs(int seed)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped), new TruthOptions { GoDebug = "memprofilerate=512" });
        target.Ask("rates block=1 mutex=1");
        target.Ask("contend 5");
        target.Ask("alloc 500");
        target.Ask("gc 2");
        target.Ask("alloc 200");
        LinuxProcess process = LinuxProcess.Open(target.Pid);
        using GoTarget live = GoTarget.Attach(process);
        TracedImage image = TracedImage.Of(process, live.Memory, live.Binary.Memory);
        target.Kill();
        using GoTarget go = GoTarget.FromMemory(live.Binary, image, live.Bias);

        image.IsTracing = true;
        LookEverywhere(go);
        image.IsTracing = false;
        IReadOnlyList<ulong> words = image.Words;
        Assert.True(words.Count > 1000, $"only {words.Count} words were read");

        var random = new Random(seed);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await Task.Run(() => SpoilAndLook(go, image, words, random), cancellation).WaitAsync(Limit, cancellation);
    }

    static void SpoilAndLook(GoTarget go, TracedImage image, IReadOnlyList<ulong> words, Random random)
    {
        var undo = new List<(ulong Address, ulong Value)>();
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                ulong address = words[random.Next(words.Count)];
                ulong value = random.Next(7) switch
                {
                    0 => 0,
                    1 => ulong.MaxValue,
                    2 => address,
                    3 => words[random.Next(words.Count)],
                    4 => (ulong)random.Next(1 << 20),
                    5 => (ulong)random.NextInt64(),
                    _ => 1UL << random.Next(64),
                };
                if (image.TryReplace(address, value, out ulong before))
                    undo.Add((address, before));
            }
            LookEverywhere(go);
            for (int i = undo.Count - 1; i >= 0; i--)
                image.TryReplace(undo[i].Address, undo[i].Value, out _);
            undo.Clear();
        }
    }

    static void LookEverywhere(GoTarget go)
    {
        MemStatsReader.Read(go);
        SchedulerReader.Read(go);
        foreach (BucketProfileKind kind in Enum.GetValues<BucketProfileKind>())
        {
            try
            {
                BucketProfiles.Collect(go, kind);
            }
            catch (InstrumentUnavailableException)
            {
                // The documented answer to a profile that is off or cannot be read.
            }
        }
    }
}
