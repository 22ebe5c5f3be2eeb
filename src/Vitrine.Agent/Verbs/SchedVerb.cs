using System.CommandLine;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine sched</c>: what GODEBUG=schedtrace prints, of a process that was started without it.</summary>
static class SchedVerb
{
    public static Command Create()
    {
        var command = new Command("sched", "Show the scheduler of a Go process: processors (P), threads (M) and run queues, as GODEBUG=schedtrace does.").WithExamples("""
            vitrine sched 4711
            vitrine sched 4711 --threads
            vitrine sched 4711 --every 1s -d 30s
            """);
        var target = new TargetOptions(command);
        var threads = new Option<bool>("--threads") { Description = "Show every thread (M) too" };
        var every = CommonOptions.Every("0s", "Look again and again, this far apart, until -d is over");
        var duration = CommonOptions.Duration("10s", "How long to look with --every");
        var format = CommonOptions.Format("text", "text", "json", "schedtrace");
        var output = CommonOptions.Output();
        var quiet = CommonOptions.Quiet();
        foreach (Option option in (Option[])[threads, every, duration, format, output, quiet])
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var go = target.Attach(parsed);
            var style = Style.For(parsed.GetValue(output));
            await Repeat.Each(every.Of(parsed), duration.Of(parsed), _ =>
            {
                var look = SchedulerReader.Read(go);
                Show(go, look, parsed.GetValue(format)!, parsed.GetValue(output), parsed.GetValue(threads), style);
            }, cancellation).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    static void Show(GoTarget target, Look<SchedulerSnapshot> look, string format, string? output, bool threads, Style style)
    {
        if (format == "json")
            Output.Bytes(output, stream => SchedJson.Write(stream, target, look));
        else if (format == "schedtrace")
            Output.Text(output, writer => writer.Write(SchedTraceText.Line(look.Result, target.Binary.Version, target.Process?.Uptime ?? TimeSpan.Zero)));
        else
            Output.Text(output, writer => WriteText(writer, style, target, look, threads));
    }

    static void WriteText(TextWriter writer, Style style, GoTarget target, Look<SchedulerSnapshot> look, bool threads)
    {
        var sched = look.Result;
        writer.WriteLine($"{Heading.Of(style, target)}, read in {Units.Duration(look.Duration)} while it ran");
        foreach (var note in look.Notes)
            writer.WriteLine($"{style.Dim}note: {Terminal.Safe(note)}{style.Reset}");
        var unknown = new UnknownReasons(style);
        writer.WriteLine($"processors (P)  {Figure(sched.GoMaxProcs)}, {Figure(sched.IdleProcs)} idle");
        writer.WriteLine($"threads (M)     {Figure(sched.Threads)}, {Figure(sched.IdleThreads)} idle, {Figure(sched.SpinningThreads)} looking for work");
        writer.WriteLine($"goroutines      {Figure(sched.NumGoroutine)}, {Figure(sched.Runnable)} waiting for a processor ({Figure(sched.RunQueue)} of them in the global queue)");
        if (sched.GCWaiting.TryGet(out var waiting) && waiting)
            writer.WriteLine($"{style.Yellow}the world is being stopped or is stopped{style.Reset} (stopwait {Text(sched.StopWait)})");
        writer.WriteLine();
        WriteProcessors(writer, style, sched.Processors);
        if (threads)
        {
            writer.WriteLine();
            WriteThreads(writer, style, sched.Machines);
        }
        unknown.Write(writer);

        string Figure(Known<int> figure) => unknown.Text(figure, static value => Number(value));
    }

    static void WriteProcessors(TextWriter writer, Style style, Known<IReadOnlyList<ProcessorState>> known)
    {
        if (!known.TryGet(out var processors))
        {
            writer.WriteLine($"{style.Yellow}processors: unknown: {Terminal.Safe(known.Reason)}{style.Reset}");
            return;
        }
        var table = Tables.Create(">P", "status", ">queue", "next", ">ticks", ">syscall ticks", ">M", ">free Gs", ">timers");
        foreach (var one in processors)
        {
            table.Row(Number(one.Id), one.Status.ToString().ToLowerInvariant(), Number(one.RunQueueLength), one.HasRunNext ? "yes" : "no", Number(one.SchedTick), Number(one.SyscallTick),
                one.Machine is { } machine ? Number(machine) : "-", Number(one.FreeGoroutines), Number(one.Timers));
        }
        Tables.Write(writer, table, toFile: style == Style.None);
    }

    static void WriteThreads(TextWriter writer, Style style, Known<IReadOnlyList<MachineThread>> known)
    {
        if (!known.TryGet(out var machines))
        {
            writer.WriteLine($"{style.Yellow}threads: unknown: {Terminal.Safe(known.Reason)}{style.Reset}");
            return;
        }
        var table = Tables.Create(">M", ">thread", ">P", ">goroutine", ">locks", "state", ">locked to G");
        foreach (var one in machines)
        {
            // A thread that the kernel does not know is one that the runtime keeps for callbacks from C.
            var state = one.ThreadId is null ? "kept for C callbacks" : one.Spinning ? "spinning" : one.Blocked ? "blocked" : one.InCgo ? "in C code" : one.CurrentGoroutine is null ? "idle" : "running";
            table.Row(Number(one.Id), one.ThreadId is { } thread ? Number(thread) : "-", one.Processor is { } processor ? Number(processor) : "-",
                one.CurrentGoroutine is { } goroutine ? goroutine.ToString(CultureInfo.InvariantCulture) : "-", Number(one.Locks), state,
                one.LockedGoroutine is { } locked ? locked.ToString(CultureInfo.InvariantCulture) : "-");
        }
        Tables.Write(writer, table, toFile: style == Style.None);
    }

    static string Text(Known<int> figure) => figure.TryGet(out var value) ? Number(value) : "?";

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
