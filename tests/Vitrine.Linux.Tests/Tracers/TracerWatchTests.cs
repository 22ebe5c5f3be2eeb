using System.Globalization;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Tests.Support;
using Vitrine.Linux.Tracers;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Tracers;

public sealed class TracerWatchTests
{
    [Theory]
    [InlineData("PTRACE_ATTACH")]
    [InlineData("PTRACE_SEIZE")]
    public void Poll_WhenAProcessIsAttachedTo_TellsWhoAndWhom(string request)
    {
        Prerequisite.Probes();
        using var program = new CProgram($$"""
            #include <stdio.h>
            #include <stdlib.h>
            #include <sys/ptrace.h>
            #include <sys/wait.h>
            int main(int argc, char **argv)
            {
                int pid = atoi(argv[argc - 1]);
                if (ptrace({{request}}, pid, 0, 0)) return 1;
                getchar();
                if ({{request}} == PTRACE_SEIZE) ptrace(PTRACE_INTERRUPT, pid, 0, 0);
                waitpid(pid, 0, __WALL);
                if (ptrace(PTRACE_DETACH, pid, 0, 0)) return 2;
                getchar();
            }
            """);
        using var child = new Child("sleep", "600");
        var events = new List<TracerEvent>();
        using var watch = TracerWatch.Start([], events.Add);
        var before = MonotonicClock.Now;
        using var debugger = new Child(program.Path, child.Pid.ToString(CultureInfo.InvariantCulture));

        Until.True(() => Seen(watch, events, debugger.Pid, TracerEventKind.Attached), () => "attached");
        var attached = events.First(one => one.TracerPid == debugger.Pid);
        debugger.Input.WriteLine();
        Until.True(() => Seen(watch, events, debugger.Pid, TracerEventKind.Detached), () => "detached");

        Assert.Equal((child.Pid, request, "program", 0u), (attached.TargetThread, attached.Request, attached.TracerName, attached.Uid));
        Assert.InRange(attached.MonotonicNs, before, MonotonicClock.Now);
        Assert.Equal(child.Pid, events.Last(one => one.TracerPid == debugger.Pid).TargetThread);
        Assert.Equal(0, watch.Lost);
    }

    [Fact]
    public void Poll_WhenAProcessLetsItselfBeTraced_TellsItsParent()
    {
        Prerequisite.Probes();
        using var program = new CProgram("#include <stdio.h>\n#include <sys/ptrace.h>\n#include <unistd.h>\nint main(void) { int pid = fork(); if (!pid) ptrace(PTRACE_TRACEME, 0, 0, 0); else printf(\"%d\\n\", pid); fflush(stdout); getchar(); }");
        var events = new List<TracerEvent>();
        using var watch = TracerWatch.Start([], events.Add);
        using var parent = new Child(program.Path);
        var pid = int.Parse(parent.Output.ReadLine()!, CultureInfo.InvariantCulture);

        Until.True(() => Seen(watch, events, parent.Pid, TracerEventKind.Attached), () => "attached");

        var attached = events.First(one => one.TracerPid == parent.Pid);
        Assert.Equal((pid, "PTRACE_TRACEME"), (attached.TargetThread, attached.Request));
    }

    [Fact]
    public void Poll_WhenAProgramOfAWatchedNameStarts_TellsIt()
    {
        Prerequisite.Probes();
        var events = new List<TracerEvent>();
        using var watch = TracerWatch.Start(["no-such-program", "sleep"], events.Add);
        using var child = new Child("sleep", "600");
        using var other = new Child("cat");

        Until.True(() => Seen(watch, events, child.Pid, TracerEventKind.Started), () => "started");

        Assert.Equal("sleep", events.First(one => one.TracerPid == child.Pid).TracerName);
        Assert.DoesNotContain(events, one => one.TracerPid == other.Pid);
    }

    static bool Seen(TracerWatch watch, List<TracerEvent> events, int tracer, TracerEventKind kind)
    {
        watch.Poll(TimeSpan.FromMilliseconds(20));
        return events.Any(one => one.TracerPid == tracer && one.Kind == kind);
    }
}
