using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Tests.Stacks;

public sealed class SourceLinesTests
{
    /// <summary>The runtime's own symbol reader is the independent truth, for every frame of this stack.</summary>
    [Fact]
    public void Find_EveryFrameOfAStack_AgreesWithTheRuntime()
    {
        var compared = 0;
        foreach (var frame in new StackTrace(0, fNeedFileInfo: true).GetFrames())
        {
            var found = SourceLines.Find(frame.GetMethod()!, frame.GetILOffset());
            Assert.Equal(frame.GetFileName(), found?.File);
            Assert.Equal(frame.GetFileLineNumber(), found?.Line ?? 0);
            if (found is not null) compared++;
        }
        Assert.True(compared >= 1);
    }

    [Fact]
    public void Find_ThisLine_IsThisLine()
    {
        var (frame, line) = (new StackFrame(0), Line());

        var found = SourceLines.Find(frame.GetMethod()!, frame.GetILOffset());
        Assert.Equal(line, found!.Value.Line);
        Assert.EndsWith("SourceLinesTests.cs", found.Value.File, StringComparison.Ordinal);

        static int Line([CallerLineNumber] int line = 0) => line;
    }

    [Fact]
    public void Find_WithoutPdbOrOffset_IsUnknown()
    {
        Assert.Null(SourceLines.Find(typeof(object).GetMethod(nameof(ToString))!, 0));
        Assert.Null(SourceLines.Find(new System.Reflection.Emit.DynamicMethod("made", typeof(void), []), 0));
        Assert.Null(SourceLines.Find(typeof(SourceLinesTests).GetMethod(nameof(Find_WithoutPdbOrOffset_IsUnknown))!, -1));
    }
}
