using System.CommandLine;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Agent.Targets;
using Vitrine.Go;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine record</c>: a profile into a file.</summary>
static class RecordVerb
{
    sealed record Request(string? Target, string? Listen, string Output, TimeSpan Every, TimeSpan Duration, bool Quiet);

    public static Command Create()
    {
        var instruments = GoInstruments.Registry();
        var names = instruments.All.OfType<IProfileInstrument>().Select(instrument => instrument.Name).ToArray();
        var command = new Command(
            "record",
            $"Record a profile of a Go process into a file: {string.Join(", ", names)}. The format follows the file's name: {ProfileFile.Endings}.").WithExamples("""
            vitrine record 4711 heap -o heap.pb.gz          then: go tool pprof heap.pb.gz
            vitrine record 4711 goroutine -o goroutines.svg
            vitrine record checkout heap -o heap.pb.gz --every 10s -d 1h      writes heap-0001.pb.gz, heap-0002.pb.gz, …
            """);
        // With --listen there is no PID in front of the profile's name, which only the number of words tells.
        var words = new Argument<string[]>("PID PROFILE") { Description = $"The process, and what to record: {string.Join(", ", names)}", Arity = new ArgumentArity(1, 2), HelpName = "PID PROFILE" };
        words.CompletionSources.Add(names);
        command.Arguments.Add(words);
        var listen = CommonOptions.Listen();
        command.Options.Add(listen);
        var output = CommonOptions.Output();
        var every = CommonOptions.Every("0s", "Record again and again, this far apart, into numbered files, until -d is over");
        var duration = CommonOptions.Duration("1h", "How long to record with --every");
        var quiet = CommonOptions.Quiet();
        var fresh = new Option<bool>("--fresh") { Description = "heap and allocs: also count what the Go runtime has recorded and not published yet" };
        foreach (Option option in (Option[])[output, every, duration, fresh, quiet])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var typed = parsed.GetValue(words)!;
            var instrument = Find(instruments, typed[^1], names);
            if (parsed.GetValue(fresh))
                instrument = Fresh(instrument);
            var file = parsed.GetValue(output) ?? $"{instrument.Name}.pb.gz";
            return Run(instrument, new Request(typed.Length == 2 ? typed[0] : null, parsed.GetValue(listen), file, every.Of(parsed), duration.Of(parsed), parsed.GetValue(quiet)), cancellation);
        });
        return command;
    }

    static IProfileInstrument Find(InstrumentRegistry instruments, string name, string[] names) =>
        instruments.TryGet(name, out var instrument) && instrument is IProfileInstrument profile
            ? profile
            : throw new UsageException($"There is no profile '{Terminal.Safe(name)}': vitrine record PID {string.Join('|', names)} -o FILE");

    static BucketProfileInstrument Fresh(IProfileInstrument instrument) => instrument.Name switch
    {
        "heap" => new BucketProfileInstrument(BucketProfileKind.Heap, new BucketProfileOptions { Fresh = true }),
        "allocs" => new BucketProfileInstrument(BucketProfileKind.Allocs, new BucketProfileOptions { Fresh = true }),
        _ => throw new UsageException("--fresh goes with heap and allocs: the other profiles are always up to date."),
    };

    static async Task<int> Run(IProfileInstrument instrument, Request request, CancellationToken cancellation)
    {
        // 1. The file's name says the format: a name that says none must not cost a look.
        ProfileFile.Check(request.Output);

        // 2. Find the target.
        using var target = GoTargetOpener.Open(TargetFinder.Find(request.Target, request.Listen));

        // 3. Look, write, and again.
        var remarks = new Remarks(request.Quiet);
        var written = 0;
        await Repeat.Each(request.Every, request.Duration, at =>
        {
            var look = instrument.Collect(target, cancellation);
            var file = request.Every > TimeSpan.Zero ? Numbered(request.Output, ++written) : request.Output;
            ProfileFile.Write(look.Result, file, title: $"{target.Name} ({target.Pid}) {instrument.Name}");
            if (request.Every > TimeSpan.Zero)
            {
                remarks.Progress($"{written} {(written == 1 ? "file" : "files")}, last {file}; {Units.Duration(at)} of {Units.Duration(request.Duration)}, Ctrl-C ends in order");
                return;
            }
            foreach (var note in look.Notes)
                remarks.Note($"note: {note}");
            remarks.Note($"{Summary(look)} in {file}");
        }, cancellation).ConfigureAwait(false);
        remarks.ClearProgress();
        if (written > 0)
            remarks.Note($"{written} files, {Numbered(request.Output, 1)} to {Numbered(request.Output, written)}");
        return ExitCode.Success;
    }

    static string Summary(Look<Profile> look)
    {
        var profile = look.Result;
        var torn = look.Consistency.Torn > 0 ? $", {look.Consistency.Torn} torn" : "";
        return $"{profile.Samples.Count} stacks, read in {Units.Duration(look.Duration)} while the target ran{torn},";
    }

    /// <summary>The number goes before the extension, so that the format stays readable from the name and the files sort by time.</summary>
    static string Numbered(string path, int number)
    {
        var extension = ProfileFile.EndingOf(path);
        return string.Create(CultureInfo.InvariantCulture, $"{path[..^extension.Length]}-{number:0000}{extension}");
    }
}
