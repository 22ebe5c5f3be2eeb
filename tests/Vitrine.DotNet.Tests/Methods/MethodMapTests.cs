using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Tests.Methods;

public sealed class MethodMapTests
{
    const int ExceptionThrown = 80;

    /// <summary>What <see cref="StackTrace"/> says of the place that throws, leaf first.</summary>
    static List<(string Name, string Raw, string File, int Line)> s_truth = [];

    static class Generic<TOuter>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Throw<T>(Action before)
        {
            before();
            throw new TimeoutException(typeof(T).Name + typeof(TOuter).Name);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task ThrowLater()
    {
        await Task.Yield();
        ThrowNow();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ThrowNow()
    {
        try
        {
            var local = Environment.TickCount;
            Generic<string>.Throw<List<int>>(() => Remember(local));
        }
        catch (TimeoutException)
        {
        }
    }

    // The frames of the method that throws on, the same that the exception's event has: the lambda in between is inlined in tier 1, or is not.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Remember(int unused)
    {
        var trace = new StackTrace(fNeedFileInfo: true);
        s_truth = [.. trace.GetFrames().Where(static frame => frame.HasMethod()).SkipWhile(static frame => frame.GetMethod()!.Name != "Throw")
            .Select(static frame => (MethodNames.Readable(frame.GetMethod()!), MethodNames.Raw(frame.GetMethod()!), frame.GetFileName() ?? "", frame.GetFileLineNumber()))];
        GC.KeepAlive(unused);
    }

    sealed class Stacks : INettraceSink
    {
        public List<(int Thread, ulong[] Stack)> Exceptions { get; } = [];

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Provider == EventProviders.Runtime && e.Id == ExceptionThrown) Exceptions.Add(((int)e.ThreadId, e.Stack.ToArray()));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)] // enough for tier 1
    public async Task TryFind_StackOfAnEvent_IsTheStackTrace(int rounds)
    {
        for (var i = 1; i < rounds; i++)
            ThrowNow();
        if (rounds > 1) await Task.Delay(300); // tier 1 is compiled in the background; without it the test is the same as with one round
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)],
            Rundown = true,
            RundownKeywords = MethodMapBuilder.RundownKeywords(),
        });
        await Task.Run(ThrowLater);
        var end = recording.Stop();
        var builder = new MethodMapBuilder(DiagnosticPort.OfSelf());
        var stacks = new Stacks();
        recording.Read(builder);
        recording.Read(stacks);
        var map = builder.Build();

        Assert.Equal("", end.Problem);
        var found = stacks.Exceptions.Select(one => Frames(map, one.Stack)).Single(static frames => frames.Any(static frame => frame.Name.EndsWith("ThrowLater", StringComparison.Ordinal)));
        // Above the method that throws there is the runtime's own code that raises the exception.
        var own = found.SkipWhile(static frame => !frame.Name.StartsWith("Vitrine", StringComparison.Ordinal)).ToList();
        var names = string.Join('\n', found);
        Assert.True(own.Count >= 3, names);
        Assert.Equal("Vitrine.DotNet.Tests.Methods.MethodMapTests.Generic<TOuter>.Throw", own[0].Name);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(s_truth[i].Name, own[i].Name);
            Assert.Equal(s_truth[i].Raw, own[i].RawName);
            Assert.Equal(s_truth[i].File, own[i].File);
            // The throwing line comes after the one that the truth was taken in.
            Assert.Equal(s_truth[i].Line + (i == 0 ? 1 : 0), own[i].Line);
            Assert.Equal("Vitrine.DotNet.Tests.dll", own[i].Module);
            Assert.Equal(typeof(MethodMapTests).Module.ModuleVersionId, own[i].ModuleVersionId);
        }
        // Frames of the framework have the same names as reflection gives.
        Assert.Equal(s_truth.Skip(3).Select(static frame => frame.Name), own.Skip(3).Select(static frame => frame.Name));
    }

    static List<MethodFrame> Frames(MethodMap map, ulong[] stack)
    {
        var frames = new List<MethodFrame>();
        foreach (var address in stack)
            if (map.TryFind(address, out var frame, isReturnAddress: true))
                frames.Add(frame);
        return frames;
    }

    [Fact]
    public void Capture_CodeCompiledAheadOfTime_IsThere()
    {
        var map = MethodMap.Capture(DiagnosticPort.OfSelf());
        var address = (ulong)typeof(string).GetMethod(nameof(string.IsNullOrEmpty))!.MethodHandle.GetFunctionPointer();

        Assert.InRange(map.Count, 1000, 1_000_000);
        // The pointer may be that of a stub which leads there.
        if (map.TryFind(address, out var frame)) Assert.Equal("System.String.IsNullOrEmpty", frame.Name);
        Assert.False(map.TryFind(1, out _));
        Assert.False(map.TryFind(ulong.MaxValue, out _, isReturnAddress: true));
    }

    [Fact]
    public void With_MethodCompiledLater_IsFound()
    {
        var before = MethodMap.Capture(DiagnosticPort.OfSelf());
        var builder = new MethodMapBuilder(DiagnosticPort.OfSelf());
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new() { Providers = [MethodMapBuilder.Live, EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)] });
        var method = new DynamicMethod("MadeAtRunTime", null, []);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Newobj, typeof(NotSupportedException).GetConstructor([])!);
        il.Emit(OpCodes.Throw);
        Assert.Throws<NotSupportedException>(method.CreateDelegate<Action>());
        CompiledLater();
        recording.Stop();
        var stacks = new Stacks();
        recording.Read(builder);
        recording.Read(stacks);

        var map = before.With(builder);
        var frames = stacks.Exceptions.SelectMany(one => Frames(map, one.Stack)).ToList();

        var made = frames.Find(static frame => frame.RawName.Contains("MadeAtRunTime", StringComparison.Ordinal));
        Assert.True(made.IsDynamic, made.ToString());
        Assert.Equal("dynamicClass.MadeAtRunTime", made.Name);
        var line = Assert.Single(frames, static frame => frame.Name.EndsWith(".CompiledLater", StringComparison.Ordinal)).Line;
        Assert.Equal(s_thrownAt, line);
        Assert.True(map.Count > before.Count);
    }

    static int s_thrownAt;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void CompiledLater()
    {
        try
        {
            s_thrownAt = new StackFrame(0, needFileInfo: true).GetFileLineNumber() + 1;
            throw new NotSupportedException();
        }
        catch (NotSupportedException)
        {
        }
    }
}
