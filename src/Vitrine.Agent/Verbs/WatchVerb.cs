using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Recorder;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine watch</c>: a flight recorder. It keeps the last minute of events in memory and writes it, with a dump, when something happens.</summary>
static class WatchVerb
{
    public static Command Create()
    {
        var command = new Command("watch", "Keep the last minute of events of a Go process in memory, and write it with a goroutine dump and a heap profile when a trigger fires.").WithExamples("""
            vitrine watch 4711 --on panic -o recordings
            vitrine watch checkout --on crash --on 'gc-pause>5ms' --on leak --keep 2m -o /var/lib/vitrine
            """);
        var options = new ProbeOptions(command, "text", "json");
        var output = command.Options.Single(static option => option.Name == "-o");
        (output.Description, output.HelpName, output.Required) = ("Folder for the recordings, one folder each; made when it is missing", "DIR", true);
        var on = new Option<string[]>("--on") { Description = $"What makes it write: {RecorderTrigger.Words}; several divided by commas, or given several times", HelpName = "TRIGGER", Required = true };
        var keep = new DurationOption("--keep", [], "60s", "How far back a recording reaches");
        var cooldown = new DurationOption("--cooldown", [], "60s", "The least time between two recordings");
        var most = new Option<int>("--most") { Description = "Recordings at most; after the last of them the recorder ends", HelpName = "N", DefaultValueFactory = static _ => 10 };
        foreach (Option option in (Option[])[on, keep, cooldown, most])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var request = options.Of(parsed);
            var settings = new RecorderOptions
            {
                Triggers = [.. parsed.GetValue(on)!.SelectMany(RecorderTrigger.ParseAll)],
                Folder = request.Output is { Length: > 0 } folder and not "-" ? folder : throw new UsageException("A recorder needs a folder for its recordings: -o DIR."),
                Keep = keep.Of(parsed) is { Ticks: > 0 } kept ? kept : throw new UsageException("--keep must be longer than 0."),
                Cooldown = cooldown.Of(parsed),
                MaxRecordings = parsed.GetValue(most) is > 0 and var number ? number : throw new UsageException("--most is a number from 1 on."),
                Budget = request.Budget,
            };
            if (settings.Trigger(TriggerKind.Leak) is not null && request.Duration > TimeSpan.Zero && request.Duration < LeakSource.Least)
                throw new UsageException($"A leak shows in {DurationText.Write(LeakSource.Least)} or more of looks: -d {DurationText.Write(LeakSource.Least)} or longer, or no -d, with --on leak.");
            return Run(options.Find(parsed), settings, request, cancellation);
        });
        return command;
    }

    static async Task<int> Run(LinuxProcess process, RecorderOptions options, ProbeRequest request, CancellationToken cancellation)
    {
        // 1. One view of the target for each that looks at it; the binary is read once. The folder must be writable before anything is probed.
        using var binaries = new GoBinaryCache();
        using var target = GoTarget.Attach(process, binaries);
        Directory.CreateDirectory(options.Folder);
        var recorder = new FlightRecorder(options, TimeProvider.System);
        var remarks = new Remarks(request.Quiet);
        var recordings = new List<Recording>();

        // 2. Everybody watches; the first that sees the end of the target ends it for all.
        using var sources = EventSources.Start(() => GoTarget.Attach(process, binaries), options);
        var writer = new RecordingWriter(target, options, () => sources.Before);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (request.Duration > TimeSpan.Zero)
            ending.CancelAfter(request.Duration);
        remarks.Note($"recording {target.Name} (pid {target.Pid}, {target.RuntimeVersion}) on {string.Join(", ", options.Triggers.Select(static trigger => trigger.Text))}; it watches {string.Join(", ", sources.Names)}; Ctrl-C ends");
        var began = Stopwatch.GetTimestamp();
        var watching = sources.Run(recorder, ending);

        // 3. Write what is due, until there is nothing more to come.
        await foreach (var fired in recorder.Due.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var recording = writer.Write(fired, recorder.Events);
            recordings.Add(recording);
            remarks.Note(string.Create(CultureInfo.InvariantCulture, $"{fired.At.ToLocalTime():HH:mm:ss} {fired.Trigger.Name}: {fired.Because}: {Units.Count(recording.Events, "event")} in {recording.Path}"));
            if (recordings.Count == options.MaxRecordings)
                await ending.CancelAsync().ConfigureAwait(false);
        }
        var alive = await watching.ConfigureAwait(false);

        // 4. Say what was kept and dropped, and what it cost.
        var result = new WatchResult(recordings, recorder.Events.Snapshot(), recorder.Suppressed, sources.Reports(), sources.Readings(), Stopwatch.GetElapsedTime(began), alive);
        if (request.Format == "json")
            Output.Bytes(null, stream => WatchJson.Write(stream, target, options, result));
        else
            Output.Text(null, text => WatchText.Write(text, Style.For(null), target, options, result));
        return EndOfLook.Of(target.Pid, !alive, result.Watched);
    }
}
