using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.DotNet;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;
using Vitrine.Go;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine mem</c>: what runtime.ReadMemStats would say, without stopping the world for it.</summary>
static class MemVerb
{
    public static Command Create()
    {
        var command = new Command("mem", "Show the memory statistics of a process. Go: every field of runtime.MemStats, without the stop that ReadMemStats makes. .NET: the heap by generation, collections, pauses, allocation.").WithExamples("""
            vitrine mem 4711
            vitrine mem --listen :8080 --format json | jq .memStats.HeapInuse
            """);
        var target = new TargetOptions(command);
        var format = CommonOptions.Format("text", "text", "json");
        var output = CommonOptions.Output();
        var quiet = CommonOptions.Quiet();
        command.Options.Add(format);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.SetAction((parsed, cancellation) =>
        {
            Run(target, parsed, parsed.GetValue(format)!, parsed.GetValue(output), cancellation);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    static void Run(TargetOptions options, ParseResult parsed, string format, string? output, CancellationToken cancellation)
    {
        var any = options.AttachAny(parsed);
        if (any is DotNetTarget dotNet)
        {
            DotNetMem.Run(dotNet, format, output, cancellation);
            return;
        }
        using var target = (GoTarget)any;
        var look = MemStatsReader.Read(target);
        if (format == "json")
            Output.Bytes(output, stream => MemJson.Write(stream, target, look));
        else
            Output.Text(output, writer => WriteText(writer, Style.For(output), target, look));
    }

    static void WriteText(TextWriter writer, Style style, GoTarget target, Look<MemStats> look)
    {
        var mem = look.Result;
        var unknown = new UnknownReasons(style);
        writer.WriteLine($"{style.Bold}{Terminal.Safe(target.Name)}{style.Reset} (pid {target.Pid}, {Terminal.Safe(target.RuntimeVersion)}), read in {Units.Duration(look.Duration)} while it ran");
        foreach (var note in look.Notes)
            writer.WriteLine($"{style.Dim}note: {Terminal.Safe(note)}{style.Reset}");
        Section("Heap");
        Bytes("in objects (HeapAlloc)", mem.HeapAlloc);
        Bytes("in spans (HeapInuse)", mem.HeapInuse);
        Bytes("idle (HeapIdle)", mem.HeapIdle);
        Bytes("given back (HeapReleased)", mem.HeapReleased);
        Bytes("from the system (HeapSys)", mem.HeapSys);
        Count("objects (HeapObjects)", mem.HeapObjects);
        Section("Since the start");
        Bytes("allocated (TotalAlloc)", mem.TotalAlloc);
        Count("mallocs (Mallocs)", mem.Mallocs);
        Count("frees (Frees)", mem.Frees);
        Section("Garbage collection");
        Line("cycles (NumGC)", mem.NumGC.Select(count => $"{Units.Count((long)count)}{(mem.NumForcedGC.TryGet(out var forced) && forced > 0 ? $", {forced} forced" : "")}"));
        Line("last (LastGC)", mem.LastGC.Select(LastCollection));
        Bytes("next at (NextGC)", mem.NextGC);
        Line("pauses in all (PauseTotalNs)", mem.PauseTotalNs.Select(ns => Units.Duration(TimeSpan.FromTicks((long)(ns / 100)))));
        Line("share of CPU (GCCPUFraction)", mem.GCCPUFraction.Select(share => FormattableString.Invariant($"{share * 100:0.###} %")));
        Section("Beside the heap");
        Bytes("goroutine stacks (StackInuse)", mem.StackInuse);
        Bytes("span structures (MSpanInuse)", mem.MSpanInuse);
        Bytes("thread caches (MCacheInuse)", mem.MCacheInuse);
        Bytes("profiling buckets (BuckHashSys)", mem.BuckHashSys);
        Bytes("collector (GCSys)", mem.GCSys);
        Bytes("other (OtherSys)", mem.OtherSys);
        Bytes("all from the system (Sys)", mem.Sys);
        Section("Program");
        Line("goroutines", mem.NumGoroutine.Select(count => Units.Count((long)count)));
        Line("GOMAXPROCS", mem.GOMAXPROCS.Select(count => Units.Count((long)count)));
        unknown.Write(writer);

        void Section(string name) => writer.WriteLine($"\n{style.Bold}{name}{style.Reset}");
        void Bytes(string name, Known<ulong> value) => Line(name, value.Select(bytes => $"{Units.Bytes(bytes),12}  {style.Dim}{Units.Count(bytes)} B{style.Reset}"));
        void Count(string name, Known<ulong> value) => Line(name, value.Select(count => Units.Count(count)));
        void Line(string name, Known<string> value) => writer.WriteLine($"  {name,-32} {unknown.Text(value, static text => text)}");
    }

    static string LastCollection(ulong unixNanoseconds)
    {
        if (unixNanoseconds == 0)
            return "none yet";
        var at = DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min(unixNanoseconds / 100, (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks));
        return $"{Units.Duration(DateTimeOffset.UtcNow - at)} ago";
    }
}
