using System.Globalization;
using Vitrine.DotNet.Outside;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Tests.Outside;

/// <summary>The threads of another process, against what each of them said of itself before it waited.</summary>
public class ThreadDumperTests
{
    [Fact]
    public void Dump_OfThreadsThatSaidWhereTheyAre_HasTheSameFrames()
    {
        using var sample = new ThreadsSample();
        var target = DotNetTarget.Attach(LinuxProcess.Open(sample.Pid));
        Assert.Equal($".NET {Environment.Version}", target.RuntimeVersion);
        var wrong = new List<string>();
        // The threads tell before they wait: the first look may come too early.
        for (var attempt = 0; attempt < 10; attempt++)
        {
            wrong.Clear();
            var dump = ThreadDumper.Dump(target);
            Assert.True(dump.Consistency.Accepted > sample.Threads.Count);
            foreach (var told in sample.Threads)
                Compare(told, dump.Threads.Single(thread => thread.OwnThreadId.Value == told.Thread), wrong);
            if (wrong.Count == 0)
                return;
        }
        Assert.Fail(string.Join("\n\n", wrong));
    }

    [Fact]
    public void Dump_OfManyThreads_NeitherStopsThemNorLosesOne()
    {
        using var sample = new ThreadsSample("200", "heartbeat", "busy");
        var target = DotNetTarget.Attach(LinuxProcess.Open(sample.Pid));
        sample.Ask("report");
        var states = new HashSet<char>();
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var dump = ThreadDumper.Dump(target);
            Assert.True(dump.Threads.Count > 230);
            Assert.Equal(dump.Consistency.Total, dump.Consistency.Accepted + dump.Consistency.Running + dump.Consistency.Torn);
            Assert.True(dump.Threads.Count(static thread => thread.WaitsIn == "Thread.Sleep") >= 200);
            Assert.All(dump.Threads.Where(static thread => thread.WaitsIn == "Thread.Sleep"), static thread => Assert.True(thread.End.IsBottom && thread.NotRunFor.IsKnown));
            // Two threads that work all the time, on two processors that others use too: each runs, or has work, at any moment.
            foreach (var busy in dump.Threads.Where(static thread => thread.Name is "managed" or "sha256"))
                Assert.Contains(busy.Activity, new[] { ThreadActivity.Running, ThreadActivity.Runnable });
            best = Math.Min(best, dump.Duration.TotalMilliseconds);
            states.UnionWith(target.Process.Threads().Select(static thread => thread.State));
        }
        Assert.DoesNotContain('T', states);
        Assert.DoesNotContain('t', states);
        TestContext.Current.TestOutputHelper?.WriteLine($"threads {best:0.0} ms; {sample.Ask("report")}");
    }

    [Fact]
    public void Read_MoreStacksThanOnePlanTakes_AreReadInParts()
    {
        const int sleepers = 60;
        using var sample = new ThreadsSample("60");
        var process = LinuxProcess.Open(sample.Pid);
        using var iterator = ThreadIterator.Open(process);
        using var memory = LiveMemory.Open(process);
        // Each stack is a part by itself; the plan of all of them would be too large.
        var reader = new ThreadStackReader(process, memory, new StackUnwinder(ProcessCode.Of(process, memory)), 16 << 10, 64, mostPartBytes: 1, new() { MaxPlanBytes = 20 << 10 });

        var stacks = reader.Read(iterator, CancellationToken.None);

        Assert.True(stacks.Count > sleepers);
        Assert.InRange(stacks.Count(static stack => stack.Caught == CaughtAs.Still), sleepers, stacks.Count);
    }

    static void Compare(ThreadsSample.Told told, OutsideThread thread, List<string> wrong)
    {
        // The runtime's own frames above and between are in no stack trace of the program.
        var found = thread.Frames.Where(static frame => frame.Kind == OutsideFrameKind.Managed && frame.Module.Length > 0 && (frame.Token & 0xFFFFFF) != 0).Select(Name).ToList();
        var expected = told.Frames.Select(static frame => frame.Split(' ')[0]).Where(static frame => !frame.EndsWith("!00000000", StringComparison.Ordinal)).ToList();
        if (!thread.End.IsBottom || found.Count < expected.Count || !found.TakeLast(expected.Count).SequenceEqual(expected) || (told.Waits != "native" && thread.WaitsIn != told.Waits))
        {
            wrong.Add($"{thread.Name}: {thread.WaitsIn} (told {told.Waits}), {thread.NoStackReason} {(thread.End.IsBottom ? "" : thread.End.Reason)}\n  told  {string.Join("\n        ", told.Frames)}\n  found {string.Join("\n        ",
                thread.Frames.Select(static frame => $"{frame.Kind} {Name(frame)} {frame.RawName} by {frame.Rule} at {frame.Address:x}"))}");
        }
    }

    static string Name(OutsideFrame frame) => string.Create(CultureInfo.InvariantCulture, $"{frame.Module}!{frame.Token:x8}");
}
