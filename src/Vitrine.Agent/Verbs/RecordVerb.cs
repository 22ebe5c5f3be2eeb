using System.CommandLine;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.DotNet;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.DotNet.Outside;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine record</c>: a profile into a file.</summary>
static class RecordVerb
{
    sealed record Request(string? Target, string? Listen, string Output, TimeSpan Every, TimeSpan? Duration, bool Quiet);

    /// <summary>One profile, with what is said beside it.</summary>
    sealed record Taken(Profile Profile, IReadOnlyList<string> Notes, string Summary, bool TargetEnded = false);

    /// <summary>How long a recorder watches when nobody says.</summary>
    static readonly TimeSpan OneRecording = TimeSpan.FromSeconds(30);

    /// <summary>How long files are written with --every when nobody says.</summary>
    static readonly TimeSpan ManyFiles = TimeSpan.FromHours(1);

    public static Command Create()
    {
        var options = new RecordOptions();
        var names = string.Join(", ", options.Names);
        var command = new Command(
            "record",
            $"Record a profile of a Go process into a file: {names}; of a .NET process: {string.Join(", ", RecordOptions.DotNetNames)}. The format follows the file's name: {ProfileFile.Endings}.").WithExamples("""
            vitrine record 4711 heap -o heap.pb.gz          then: go tool pprof heap.pb.gz
            vitrine record 4711 goroutine -o goroutines.svg
            vitrine record 4711 cpu -d 30s -o cpu.html           where processor time goes
            vitrine record 4711 offcpu -d 30s -o waits.html      where goroutines wait, by reason
            vitrine record checkout heap -o heap.pb.gz --every 10s -d 1h      writes heap-0001.pb.gz, heap-0002.pb.gz, …
            """);
        // With --listen there is no PID in front of the profile's name, which only the number of words tells.
        var words = new Argument<string[]>("PID PROFILE") { Description = $"The process, and what to record: {names}", Arity = new ArgumentArity(1, 2), HelpName = "PID PROFILE" };
        words.CompletionSources.Add([.. options.Names]);
        command.Arguments.Add(words);
        var listen = CommonOptions.Listen();
        command.Options.Add(listen);
        var output = CommonOptions.Output();
        var every = CommonOptions.Every("0s", "Record again and again, this far apart, into numbered files, until -d is over");
        var duration = CommonOptions.Duration("30s", "How long to record; with --every all files together [then 1h]");
        var quiet = CommonOptions.Quiet();
        foreach (Option option in (Option[])[output, every, duration, .. options.All, quiet])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var typed = parsed.GetValue(words)!;
            // What only .NET processes have is known by name; everything else is checked before anybody looks for the process.
            var dotnet = options.DotNetInstrument(typed[^1], parsed);
            var go = dotnet is not null && !options.IsOfGo(typed[^1]) ? null : options.Instrument(typed[^1], parsed);
            var file = parsed.GetValue(output) ?? $"{(go ?? dotnet)!.Name}{(dotnet as IFileRecorder)?.FileExtension ?? ".pb.gz"}";
            return Run(go, dotnet, new Request(typed.Length == 2 ? typed[0] : null, parsed.GetValue(listen), file, every.Of(parsed), parsed.GetValue(duration), parsed.GetValue(quiet)), cancellation);
        });
        return command;
    }

    static async Task<int> Run(IInstrument? forGo, IInstrument? forDotNet, Request request, CancellationToken cancellation)
    {
        // 1. The file's name says the format: a name that says none must not cost a look.
        if (forDotNet is not IFileRecorder)
            ProfileFile.Check(request.Output);
        Output.Check(request.Output);

        // 2. Find the target.
        var process = TargetFinder.Find(request.Target, request.Listen);
        var dotnet = DotNetTargets.TryAttach(process);
        var instrument = (dotnet is null ? forGo : forDotNet) ?? throw new UsageException(dotnet is null
            ? $"'{forDotNet!.Name}' is recorded of .NET processes; of a Go process 'goroutine' is."
            : $"'{forGo!.Name}' is recorded of Go processes; of a .NET process: {string.Join(", ", RecordOptions.DotNetNames)}.");
        using var go = dotnet is null ? GoTargetOpener.Open(process) : null;
        var target = (ITarget?)dotnet ?? go!;
        if (dotnet is not null && instrument.AvailableFor(target) is { CanLook: false, Reason: var reason })
            throw new InstrumentUnavailableException($"'{instrument.Name}' cannot look at process {target.Pid}: {reason}.");

        // 3. Look or watch, write, and again.
        var remarks = new Remarks(request.Quiet);
        var written = 0;
        var duration = request.Duration ?? (request.Every > TimeSpan.Zero ? ManyFiles : OneRecording);
        void Write(Taken taken, TimeSpan at)
        {
            var file = request.Every > TimeSpan.Zero ? Numbered(request.Output, ++written) : request.Output;
            ProfileFile.Write(taken.Profile, file, title: $"{target.Name} ({target.Pid}) {instrument.Name}");
            if (request.Every > TimeSpan.Zero)
            {
                remarks.Progress($"{Units.Count(written, "file")}, last {file}; {Units.Duration(at)} of {Units.Duration(duration)}, Ctrl-C ends in order");
                return;
            }
            foreach (var note in taken.Notes)
                remarks.Note($"note: {note}");
            remarks.Note($"{taken.Summary} in {file}");
        }
        var began = TimeProvider.System.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var targetEnded = false;
        switch (instrument)
        {
            case IProfileRecorder recorder:
                Repeat.Windows(request.Every, duration, (at, window) =>
                {
                    if (request.Every <= TimeSpan.Zero)
                        remarks.Progress($"recording {recorder.Name} for {Units.Duration(window)}, Ctrl-C ends in order");
                    var taken = Watch(recorder, target, window, cancellation);
                    Write(taken, at);
                    if (targetEnded = taken.TargetEnded)
                        ending.Cancel();
                }, ending.Token);
                break;
            case IFileRecorder file:
                Repeat.Windows(request.Every, duration, (_, window) =>
                {
                    var path = request.Every > TimeSpan.Zero ? Numbered(request.Output, ++written) : request.Output;
                    remarks.Progress($"recording {file.Name} for {Units.Duration(window)} into {path}, Ctrl-C ends in order");
                    FileRecording? recorded = null;
                    Output.Bytes(path, stream => recorded = file.Record(target, window, stream, cancellation));
                    remarks.ClearProgress();
                    foreach (var note in recorded!.Notes)
                        remarks.Note($"note: {note}");
                    remarks.Note($"{Units.Bytes(recorded.Bytes)} over {Units.Duration(recorded.Watched)} in {path}");
                    if (targetEnded = !process.IsAlive())
                        ending.Cancel();
                }, ending.Token);
                break;
            case IProfileInstrument snapshot:
                await Repeat.Each(request.Every, duration, at => Write(Look(snapshot, target, cancellation), at), cancellation).ConfigureAwait(false);
                break;
            default:
                throw new UsageException($"'{instrument.Name}' has no profile.");
        }
        remarks.ClearProgress();
        if (written > 0)
            remarks.Note(written == 1 ? $"1 file, {Numbered(request.Output, 1)}" : $"{Units.Count(written)} files, {Numbered(request.Output, 1)} to {Numbered(request.Output, written)}");
        return EndOfLook.Of(target.Pid, targetEnded, TimeProvider.System.GetElapsedTime(began));
    }

    static Taken Look(IProfileInstrument instrument, ITarget target, CancellationToken cancellation)
    {
        var look = instrument.Collect(target, cancellation);
        var torn = look.Consistency.Torn > 0 ? $", {Units.Count(look.Consistency.Torn)} torn" : "";
        return new Taken(look.Result, look.Notes, $"{Units.Count(look.Result.Samples.Count, "stack")}, read in {Units.Duration(look.Duration)} while the target ran{torn},");
    }

    static Taken Watch(IProfileRecorder recorder, ITarget target, TimeSpan window, CancellationToken stop)
    {
        var recording = recorder.Record(target, window, stop);
        var look = recording.Look;
        return new Taken(
            look.Result,
            look.Notes,
            $"{Units.Count(recording.Samples, "sample")} in {Units.Count(look.Result.Samples.Count, "stack")} over {Units.Duration(look.Duration)}, {Units.Count(recording.Lost)} lost; {recording.Cost};",
            recording.TargetEnded);
    }

    /// <summary>The number goes before the extension, so that the format stays readable from the name and the files sort by time.</summary>
    static string Numbered(string path, int number)
    {
        var extension = ProfileFile.EndingOf(path);
        return string.Create(CultureInfo.InvariantCulture, $"{path[..^extension.Length]}-{number:0000}{extension}");
    }
}
