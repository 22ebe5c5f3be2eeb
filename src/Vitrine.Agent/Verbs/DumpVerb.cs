using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.DotNet;
using Vitrine.Agent.Dumps;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.DotNet.Outside;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine dump</c>: the goroutines of a Go process or the threads of a .NET process, grouped by stack.</summary>
static class DumpVerb
{
    /// <summary>Groups shown on a terminal unless --limit says otherwise: the biggest ones stay on the screen.</summary>
    const int TerminalLimit = 30;

    sealed record Request(string Format, string? Output, bool All, bool System, int? Limit, GoroutineFilter Filter, string? Diff, bool Quiet);

    public static Command Create()
    {
        var command = new Command("dump", "Show the goroutines of a Go process, or the threads of a .NET process, grouped by stack, biggest group first.").WithExamples("""
            vitrine dump 4711
            vitrine dump checkout --where 'chan send' --min-wait 10m
            vitrine dump --listen :8080 --format go > goroutines.txt
            vitrine dump 4711 --format json -o before.json;  vitrine dump 4711 --diff before.json
            """);
        var target = new TargetOptions(command);
        var all = Add(new Option<bool>("--all", "-a") { Description = "Every goroutine by itself, not grouped" });
        var where = Add(new Option<string?>("--where") { Description = "Only those whose state, wait reason, function or creator contains this text", HelpName = "TEXT" });
        var minWait = Add(new DurationOption("--min-wait", [], "0s", "Only those blocked for at least this long"));
        var diff = Add(new Option<string?>("--diff") { Description = "Compare with an earlier dump, saved with --format json", HelpName = "FILE" });
        var system = Add(new Option<bool>("--system") { Description = "Include the goroutines of the Go runtime itself" });
        var limit = Add(new Option<int?>("--limit", "-n") { Description = $"Show at most this many groups or goroutines; 0 shows all [default: {TerminalLimit} on a terminal, else all]", HelpName = "N" });
        var format = Add(CommonOptions.Format("text", "text", "json", "pprof", "folded", "go"));
        var output = Add(CommonOptions.Output());
        var quiet = Add(CommonOptions.Quiet());
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(target, parsed, new Request(
            parsed.GetValue(format)!,
            parsed.GetValue(output),
            parsed.GetValue(all),
            parsed.GetValue(system),
            parsed.GetValue(limit),
            new GoroutineFilter { Where = parsed.GetValue(where), MinWait = minWait.Of(parsed) is { Ticks: > 0 } wait ? wait : null },
            parsed.GetValue(diff),
            parsed.GetValue(quiet)), cancellation)));
        return command;

        T Add<T>(T option) where T : Option
        {
            command.Options.Add(option);
            return option;
        }
    }

    static int Run(TargetOptions options, ParseResult parsed, Request request, CancellationToken cancellation)
    {
        Check(request);

        // 1. What to compare with is read first: a bad file must not cost a look.
        var before = request.Diff is { } file ? SavedDump.Read(file) : null;

        // 2. Find the target. A .NET process has threads where a Go process has goroutines.
        var process = options.Find(parsed);
        if (DotNetTargets.TryAttach(process) is { } dotnet)
            return ShowThreads(dotnet, request, cancellation);
        using var target = GoTargetOpener.Open(process);

        // 3. Look.
        var dump = target.ReadGoroutines(OptionsFor(request), cancellation);

        // 4. Show.
        var remarks = new Remarks(request.Quiet);
        if (GoVersionNote(target) is { } note)
            remarks.Note(note);
        if (before is not null)
            Output.Text(request.Output, writer => new DumpDiffText(writer, Style.For(request.Output)).Write(before, SavedDump.Of(target, dump, request.Filter), request.Limit ?? DefaultLimit(request)));
        else
            Show(target, dump, request);
        return ExitCode.Success;
    }

    static int ShowThreads(DotNetTarget target, Request request, CancellationToken cancellation)
    {
        if (request.Diff is not null || request.Format == "go" || request.System)
            throw new UsageException("--diff, --system and --format go are for Go processes; this is a .NET process.");
        var dump = ThreadDumper.Dump(target, cancellation: cancellation);
        var filter = new ThreadFilter(request.Filter.Where, request.Filter.MinWait);
        switch (request.Format)
        {
            case "json":
                Output.Bytes(request.Output, stream => ThreadDumpJson.Write(stream, target, dump, filter));
                break;
            case "pprof":
                Output.Bytes(request.Output, stream => ProfileWriter.Write(ThreadsInstrument.ProfileOf(dump with { Threads = [.. dump.Threads.Where(filter.Matches)] }), stream));
                break;
            case "folded":
                Output.Bytes(request.Output, stream => Folded.Write(ThreadsInstrument.ProfileOf(dump with { Threads = [.. dump.Threads.Where(filter.Matches)] }), stream, 0));
                break;
            default:
                Output.Text(request.Output, writer => new ThreadDumpText(writer, Style.For(request.Output)).Write(target, dump, filter, request.All, request.Limit ?? DefaultLimit(request)));
                break;
        }
        return ExitCode.Success;
    }

    static void Show(GoTarget target, GoroutineDump dump, Request request)
    {
        switch (request.Format)
        {
            case "json":
                Output.Bytes(request.Output, stream => DumpJson.Write(stream, target, dump, request.Filter));
                break;
            case "pprof":
                Output.Bytes(request.Output, stream => ProfileWriter.Write(GoroutineProfile.Of(dump, request.Filter), stream));
                break;
            case "folded":
                Output.Bytes(request.Output, stream => Folded.Write(GoroutineProfile.Of(dump, request.Filter), stream, 0));
                break;
            case "go":
                Output.Text(request.Output, writer => GoText.Write(dump, writer, request.Filter));
                break;
            default:
                Output.Text(request.Output, writer => new DumpText(writer, Style.For(request.Output)).Write(target, dump, request.Filter, request.All, request.Limit ?? DefaultLimit(request)));
                break;
        }
    }

    static void Check(Request request)
    {
        if (request.Diff is not null && request.Format != "text")
            throw new UsageException("--diff shows text; compare two profiles with 'vitrine profile diff' instead.");
        if (request.Format == "pprof" && request.Output is null && !Console.IsOutputRedirected)
            throw new UsageException("A pprof profile is binary: write it to a file with -o goroutines.pb.gz.");
        if (request.Limit < 0)
            throw new UsageException("--limit is a number from 0 on; 0 shows all.");
    }

    static GoroutineDumpOptions OptionsFor(Request request) => new()
    {
        WithArguments = request.Format == "go",
        WithSystemGoroutines = request.System,
        WithWaits = request.Format is "text" or "json" && request.Diff is null,
    };

    static int DefaultLimit(Request request) => request.Output is null && !Console.IsOutputRedirected ? TerminalLimit : 0;

    static string? GoVersionNote(GoTarget target) => Vitrine.Go.Binary.GoVersionWindow.Message(target.Binary.Version) is { } message ? $"{target.Name} was {message}." : null;
}
