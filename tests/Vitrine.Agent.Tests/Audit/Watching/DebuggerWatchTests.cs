using Vitrine.Agent.Audit.Watching;

namespace Vitrine.Agent.Tests.Audit.Watching;

public sealed class DebuggerWatchTests
{
    [Fact]
    public void Run_WithTargets_TellsThoseAndEveryStart()
    {
        using var cancellation = new CancellationTokenSource();
        var source = new Scripted(cancellation, Attached(1, 10, 3), Attached(1, 11, 5), Started(2), Detached(1, 10), Detached(1, 11));
        var seen = new List<DebuggerEvent>();
        using var watch = new DebuggerWatch(source, new HashSet<int> { 10 }, TimeProvider.System);

        var result = watch.Run(TimeSpan.Zero, seen.Add, cancellation.Token);

        Assert.Equal([(DebuggerEventKind.Attached, 10), (DebuggerEventKind.Started, null), (DebuggerEventKind.Detached, (int?)10)], seen.Select(static one => (one.Kind, one.TargetPid)));
        Assert.Equal((1, 1, 1), (result.Counts[DebuggerEventKind.Attached], result.Counts[DebuggerEventKind.Started], result.Counts[DebuggerEventKind.Detached]));
        Assert.Equal(TimeSpan.FromMilliseconds(3), result.SlowestSeen);
        Assert.True(result.SawAttached);
    }

    [Fact]
    public void Run_WithoutAnEvent_SaysSo()
    {
        using var cancellation = new CancellationTokenSource();
        // Process 1 of a fixed set: what is attached elsewhere on this machine is none of this test's business.
        using var watch = new DebuggerWatch(new Scripted(cancellation), new HashSet<int> { int.MaxValue }, TimeProvider.System);

        var result = watch.Run(TimeSpan.Zero, static _ => { }, cancellation.Token);

        Assert.False(result.SawAttached);
        Assert.Null(result.SlowestSeen);
    }

    static DebuggerEvent Attached(int tracer, int target, int milliseconds) => Event(DebuggerEventKind.Attached, tracer, target) with { SeenAfter = TimeSpan.FromMilliseconds(milliseconds) };

    static DebuggerEvent Detached(int tracer, int target) => Event(DebuggerEventKind.Detached, tracer, target);

    static DebuggerEvent Started(int tracer) => Event(DebuggerEventKind.Started, tracer, null);

    static DebuggerEvent Event(DebuggerEventKind kind, int tracer, int? target) => new() { Kind = kind, At = DateTimeOffset.UnixEpoch, TracerPid = tracer, TargetPid = target };

    sealed class Scripted(CancellationTokenSource end, params DebuggerEvent[] events) : IDebuggerSource
    {
        public string Name => "script";

        public string How => "by a script";

        public long Lost => 0;

        public void Wait(TimeSpan most, Action<DebuggerEvent> seen, CancellationToken cancellation)
        {
            foreach (var one in events)
                seen(one);
            end.Cancel();
        }

        public void Dispose()
        {
        }
    }
}
