using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>What must hold of every dump, however much the target moved.</summary>
internal static class FrameTruth
{
    /// <summary>
    /// Every frame is a function, every id is there once, the counts add up, and a complete stack ends with the function its goroutine started with.
    /// The last one is what a stack of one goroutine under the name of another would break.
    /// </summary>
    public static void Check(GoTarget target, GoroutineDump dump)
    {
        HashSet<ulong> ids = [];
        for (int index = 0; index < dump.Count; index++)
        {
            Goroutine goroutine = dump[index];
            if (goroutine.StackStatus != StackStatus.Torn)
                Assert.True(ids.Add(goroutine.Id), $"goroutine {goroutine.Id} is listed twice");
            foreach (Frame frame in goroutine.Frames)
            {
                Assert.True(target.Binary.Functions.TryFind(unchecked(frame.Pc - target.Bias), out GoFunction function), $"0x{frame.Pc:x} is not in a function");
                Assert.NotEmpty(frame.Function);
                Assert.Equal(function.Entry + frame.PcOffset, unchecked(frame.Pc - target.Bias));
            }
            if (goroutine.StackStatus == StackStatus.Complete)
                CheckEnd(goroutine);
        }
        GoroutineConsistency counted = dump.Consistency;
        Assert.Equal(counted.Total, counted.Accepted + counted.Torn + counted.Running + counted.SystemHidden);
        Assert.Equal(dump.Count, counted.Total - counted.SystemHidden);
    }

    private static void CheckEnd(Goroutine goroutine)
    {
        Frame[] physical = [.. goroutine.Frames.Where(frame => !frame.Inlined)];
        Assert.True(physical.Length >= 2, $"goroutine {goroutine.Id} has the complete stack {string.Join(" < ", physical.Select(f => f.Function))}");
        Assert.Equal("runtime.goexit", physical[^1].Function);
        // A goroutine whose function has returned is in goexit1, which goexit calls.
        if (physical[^2].Function != "runtime.goexit1")
            Assert.Equal(goroutine.EntryFunction, physical[^2].Function);
    }
}
