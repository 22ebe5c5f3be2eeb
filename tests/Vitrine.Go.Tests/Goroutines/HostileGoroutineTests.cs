using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Go.Tests.Memory;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>A copy of a real process in which the very words that a dump reads are spoiled: whatever is there, the dump ends, and shows functions only.</summary>
public sealed class HostileGoroutineTests
{
    private const int Rounds = 300;
    private const int LooksPerTarget = 25;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly GoroutineDumpOptions Everything = new() { WithArguments = true, WithSystemGoroutines = true };

    [Theory]
    [InlineData("1.19", 11), InlineData("1.23", 12), InlineData("1.27", 13)]
    public async Task ReadGoroutines_SpoiledMemory_EndsAndShowsOnlyFunctions(string version, int seed)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped));
        truth.Park("all");
        LinuxProcess process = LinuxProcess.Open(truth.Pid);
        using GoTarget live = GoTarget.Attach(process);
        TracedImage image = TracedImage.Of(process, live.Memory, live.Binary.Memory);
        truth.Kill();

        image.IsTracing = true;
        using (GoTarget first = GoTarget.FromMemory(live.Binary, image, live.Bias))
            Assert.True(Look(first).Count >= 40);
        image.IsTracing = false;
        IReadOnlyList<ulong> words = image.Words;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await Task.Run(() => SpoilAndLook(live, image, words, new Random(seed)), cancellation).WaitAsync(Limit, cancellation);
    }

    private static void SpoilAndLook(GoTarget live, TracedImage image, IReadOnlyList<ulong> words, Random random)
    {
        GoTarget target = GoTarget.FromMemory(live.Binary, image, live.Bias);
        List<(ulong Address, ulong Value)> undo = [];
        for (int round = 0; round < Rounds; round++)
        {
            if (round % LooksPerTarget == 0)
            {
                target.Dispose();
                target = GoTarget.FromMemory(live.Binary, image, live.Bias);
            }
            for (int i = random.Next(1, 40); i > 0; i--)
            {
                ulong address = words[random.Next(words.Count)];
                if (image.TryReplace(address, Spoiled(words, address, random), out ulong before))
                    undo.Add((address, before));
            }
            try
            {
                Look(target);
            }
            catch (GoBinaryException)
            {
                // The list itself was spoiled: said in words, nothing half-read handed out.
            }
            undo.Reverse();
            foreach ((ulong address, ulong value) in undo)
                image.TryReplace(address, value, out _);
            undo.Clear();
        }
        target.Dispose();
    }

    private static GoroutineDump Look(GoTarget target)
    {
        GoroutineDump dump = target.ReadGoroutines(Everything);
        for (int index = 0; index < dump.Count; index++)
        {
            Goroutine goroutine = dump[index];
            Assert.All(goroutine.Frames, frame => Assert.True(target.Binary.Functions.TryFind(unchecked(frame.Pc - target.Bias), out _)));
            _ = goroutine.WaitingOn?.ToString();
            _ = goroutine.CreatedBy;
            _ = goroutine.Labels.Count;
            _ = dump.Stacks.IncompleteReason(goroutine.StackId);
        }
        GoText.Write(dump, TextWriter.Null);
        GoroutineProfile.Of(dump);
        dump.GroupByStack();
        return dump;
    }

    private static ulong Spoiled(IReadOnlyList<ulong> words, ulong address, Random random) => random.Next(8) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => address,
        3 => words[random.Next(words.Count)],
        4 => (ulong)random.Next(1 << 20),
        5 => (ulong)random.NextInt64(),
        6 => 1UL << random.Next(64),
        _ => 0x0000_7fff_ffff_fff8,
    };
}
