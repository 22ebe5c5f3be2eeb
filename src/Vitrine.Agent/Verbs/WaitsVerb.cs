using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Json;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Probes.Waits;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine waits</c>: how long goroutines wait, for what, and who makes them wait.</summary>
static class WaitsVerb
{
    /// <summary>How often a live view is drawn again.</summary>
    static readonly TimeSpan Redraw = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var command = new Command("waits", "Watch what the goroutines of a Go process wait for: channels, locks, the network; for how long, where, and who ends the wait.").WithExamples("""
            vitrine waits 4711 -d 10s
            vitrine waits 4711 --kind lock --by object                which mutexes hold up the most
            vitrine waits 4711 -d 30s -o block.pb.gz                  as Go's block profile, which the program need not switch on
            vitrine waits 4711 -d 30s --profile mutex -o mutex.svg    as Go's mutex profile: who holds the others up
            """);
        var probes = new ProbeOptions(command, "text", "json");
        var own = new WaitsOptions(command);
        command.SetAction((parsed, cancellation) => Run(own.Of(parsed), probes.Of(parsed), () => probes.Attach(parsed), cancellation));
        return command;
    }

    static async Task<int> Run(WaitsRequest request, ProbeRequest look, Func<GoTarget> attach, CancellationToken cancellation)
    {
        // 1. What is asked for, before anything is loaded.
        var profile = request.ProfileFor(look);
        using var target = attach();

        var by = request.By ?? (look.Format == "json" ? WaitGrouping.StackAndObject : WaitGrouping.Stack);
        var top = request.Top ?? (look.Format == "json" ? 0 : request.DefaultTop);

        // 2. Watch.
        using var probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = request.Minimum, Kinds = request.Kinds, WithSystem = request.WithSystem, WithOngoing = profile is null, Budget = look.Budget });
        var remarks = new Remarks(look.Quiet);
        using (var view = new LiveView(look.IsLive && profile is null))
        {
            await probe.Session.Run(look.Duration, Redraw, () =>
            {
                if (look.IsLive && profile is null)
                    view.Draw((writer, style) => WaitsText.WriteTable(writer, style, target, probe.Read(by), top));
                else
                    remarks.Progress(look.Duration > TimeSpan.Zero ? $"watching for {Units.Duration(look.Duration)}, Ctrl-C ends in order" : "watching, Ctrl-C ends and shows the result");
            }, cancellation).ConfigureAwait(false);
        }
        remarks.ClearProgress();

        // 3. Show, or write the profile.
        var result = probe.Read(by);
        if (profile is { } kind)
            WriteProfile(probe, target, kind, look, remarks);
        else if (look.Format == "json")
            Output.Bytes(look.Output, stream => WaitsJson.Write(stream, target, result, top));
        else
            Output.Text(look.Output, writer => new WaitsText(writer, Style.For(look.Output)).Write(target, result, top));
        return EndOfLook.Of(target.Pid, result.Report);
    }

    static void WriteProfile(WaitProbe probe, GoTarget target, string kind, ProbeRequest look, Remarks remarks)
    {
        var file = look.Output ?? $"{kind}.pb.gz";
        var profile = kind == "mutex" ? probe.MutexProfile() : probe.BlockProfile();
        ProfileFile.Write(profile, file, valueIndex: 1, title: $"{target.Name} ({target.Pid}) {kind}");
        var report = probe.Session.Report();
        using var text = new StringWriter { NewLine = "\n" };
        ProbeReportText.Write(text, Style.None, report);
        remarks.Note($"{Units.Count(profile.Samples.Count, "stack")} over {Units.Duration(report.Coverage.Watched)} in {file}");
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            remarks.Note(line);
    }
}
